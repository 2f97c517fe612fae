// SPDX-License-Identifier: Apache-2.0
// The messages of the Model Context Protocol (modelcontextprotocol.io, revision 2025-06-18), which
// are JSON-RPC 2.0: written and read, without knowledge of how they travel.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "toolformer/tools/contract/tool.h"

namespace toolformer::tools {

std::string mcp_request(std::int64_t id, std::string_view method, const nlohmann::json& params);
std::string mcp_notification(std::string_view method);

/// What one message of a server is to whoever waits for the answer to the request `id`.
struct McpMessage {
  enum class Kind {
    kNotification,  ///< of no consequence here
    kNoise,         ///< a banner, a log line: no message; `text` quotes it, empty where it is blank
    kQuestion,      ///< the server asks; `text` is the answer to send
    kResult,        ///< `result` is the answer
    kError,         ///< `error`: the server says that it failed, in the way of the protocol
    kBroken,        ///< `error`: half a message, or the answer to another request
  };
  Kind kind = Kind::kNotification;
  nlohmann::json result = nullptr;
  std::string text;
  Outcome error;
};
/// A member that is null counts as absent beside another one (a result beside "error": null); an id
/// may come back as text. Of a batch the answer counts.
McpMessage read_mcp_message(std::string_view text, std::int64_t id);

/// The outcome of a result of tools/call: its texts, joined by newlines; without any, its
/// structured content as JSON. isError: tool_failed. no_result when there is neither.
Outcome mcp_call_outcome(const nlohmann::json& result);

}  // namespace toolformer::tools
