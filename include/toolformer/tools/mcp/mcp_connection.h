// SPDX-License-Identifier: Apache-2.0
// A conversation with one server of the Model Context Protocol, whatever carries its messages. One
// thread at a time uses it.
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>

#include "toolformer/tools/contract/tool.h"

namespace toolformer::tools {

class McpConnection {
 public:
  using Deadline = std::chrono::steady_clock::time_point;
  using Answer = std::variant<nlohmann::json, Outcome>;

  virtual ~McpConnection() = default;

  /// initialize and notifications/initialized; the answer is what the server says of itself
  /// (serverInfo). tool_failed for a revision of the protocol that is not known here.
  Answer greet(Deadline deadline);
  /// The result of a request, or why there is none. What the server sends unasked is passed over.
  Answer ask(const std::string& method, const nlohmann::json& params, Deadline deadline);

  /// Whether it may be asked (again): after half an answer, or one that belonged elsewhere, it may
  /// not.
  virtual bool is_usable() = 0;
  /// Whether the last request failed only because the server had forgotten this conversation.
  virtual bool has_lapsed() const { return false; }

 protected:
  /// Sends the request and gives the answer to it.
  virtual Answer exchange(const std::string& request, std::int64_t id, Deadline deadline) = 0;
  /// Sends what has no answer; an error, or nothing.
  virtual Outcome send(const std::string& notification, Deadline deadline) = 0;
  /// The revision that was agreed upon; empty before.
  const std::string& revision() const { return revision_; }

 private:
  std::int64_t last_id_ = 0;
  std::string revision_;
};

}  // namespace toolformer::tools
