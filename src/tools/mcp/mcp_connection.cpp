// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/mcp/mcp_connection.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "toolformer/base/log.h"
#include "toolformer/tools/mcp/mcp_message.h"
#include "toolformer/version.h"

namespace toolformer::tools {
namespace {

using nlohmann::json;

/// For what is asked here they are alike; the last but one is the one that most servers know.
constexpr std::array kRevisions = {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"};
constexpr const char* kWanted = kRevisions[2];

}  // namespace

McpConnection::Answer McpConnection::greet(Deadline deadline) {
  const json about = {{"name", "toolformer"}, {"version", kVersion}};
  Answer answer =
      ask("initialize",
          {{"protocolVersion", kWanted}, {"capabilities", json::object()}, {"clientInfo", about}},
          deadline);
  if (std::holds_alternative<Outcome>(answer)) return answer;
  const json& greeting = std::get<json>(answer);
  const json revision = greeting.is_object() ? greeting.value("protocolVersion", json()) : json();
  if (std::find(kRevisions.begin(), kRevisions.end(), revision) == kRevisions.end()) {
    return Outcome::error(
        error_kind::kToolFailed,
        fmt::format("the server speaks revision {} of the protocol; known are {}",
                    base::escape_for_log(revision.dump(), 40), fmt::join(kRevisions, ", ")));
  }
  revision_ = revision.get<std::string>();
  Outcome sent = send(mcp_notification("notifications/initialized"), deadline);
  if (!sent.ok()) return sent;
  return greeting.value("serverInfo", json::object());
}

McpConnection::Answer McpConnection::ask(const std::string& method, const json& params,
                                         Deadline deadline) {
  const std::int64_t id = ++last_id_;
  return exchange(mcp_request(id, method, params), id, deadline);
}

}  // namespace toolformer::tools
