// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/mcp/mcp_message.h"

#include <fmt/format.h>

#include "toolformer/base/blank.h"
#include "toolformer/base/error.h"
#include "toolformer/base/log.h"
#include "toolformer/formats/strict_json.h"

namespace toolformer::tools {
namespace {

using nlohmann::json;
using Kind = McpMessage::Kind;

constexpr int kMethodNotFound = -32601;
constexpr int kInvalidParams = -32602;

/// Bytes that are no UTF-8 are replaced: inputs have been checked, but settings may hold any.
std::string write(const json& message) {
  return message.dump(-1, ' ', false, json::error_handler_t::replace);
}

McpMessage broken(std::string why) {
  return {.kind = Kind::kBroken,
          .error = Outcome::error(error_kind::kToolFailed, "the server " + std::move(why))};
}

/// We offer the server nothing, so the one question that it may ask is whether we are there.
McpMessage question(const json& message) {
  json answer = {{"jsonrpc", "2.0"}, {"id", message["id"]}};
  if (message["method"] == "ping") {
    answer["result"] = json::object();
  } else {
    answer["error"] = {{"code", kMethodNotFound}, {"message", "not offered"}};
  }
  return {.kind = Kind::kQuestion, .text = write(answer)};
}

McpMessage failure(const json& error) {
  const bool is_object = error.is_object();
  const json code = is_object ? error.value("code", json()) : json();
  const json message = is_object ? error.value("message", json()) : json();
  const std::string words =
      message.is_string() ? base::escape_for_log(message.get<std::string>(), 500) : "no reason";
  return {.kind = Kind::kError,
          .error = Outcome::error(
              code == kInvalidParams ? error_kind::kBadInput : error_kind::kToolFailed,
              "the server says: " + words)};
}

}  // namespace

std::string mcp_request(std::int64_t id, std::string_view method, const json& params) {
  return write({{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}});
}

std::string mcp_notification(std::string_view method) {
  return write({{"jsonrpc", "2.0"}, {"method", method}});
}

McpMessage read_mcp_message(std::string_view text, std::int64_t id) {
  json message;
  try {
    message = formats::parse_strict_json(text, "its message");
  } catch (const base::DataError& error) {
    return broken(std::string("sent no message: ") + error.what());
  }
  if (!message.is_object()) return broken("sent JSON that is no message");
  const bool has_id = message.contains("id") && !message["id"].is_null();
  if (message.contains("method")) return has_id ? question(message) : McpMessage{};
  const bool has_error = message.contains("error");
  if (has_error && !has_id) return failure(message["error"]);  // it could not even read the id
  if (has_error == message.contains("result")) return broken("sent neither result nor error");
  if (message["id"] != id) {
    return broken(fmt::format("answered request {}, not {}",
                              base::escape_for_log(write(message["id"]), 40), id));
  }
  if (has_error) return failure(message["error"]);
  return {.kind = Kind::kResult, .result = std::move(message["result"])};
}

Outcome mcp_call_outcome(const json& result) {
  if (!result.is_object()) {
    return Outcome::error(error_kind::kToolFailed, "the server's result is no object");
  }
  std::string texts;
  const json content = result.value("content", json::array());
  for (const json& part : content.is_array() ? content : json::array()) {
    const json* holder = &part;
    if (part.is_object() && part.contains("resource")) holder = &part["resource"];
    if (!holder->is_object() || !holder->contains("text") || !(*holder)["text"].is_string()) {
      continue;
    }
    if (!texts.empty()) texts += '\n';
    texts += (*holder)["text"].get_ref<const std::string&>();
  }
  if (result.value("isError", json()) == true) {
    return Outcome::error(error_kind::kToolFailed,
                          texts.empty() ? "the tool says that it failed" : texts);
  }
  if (texts.empty() && result.contains("structuredContent")) {
    texts = write(result["structuredContent"]);
  }
  if (base::trim(texts).empty()) {
    return Outcome::error(error_kind::kNoResult, "the answer has no text");
  }
  return Outcome::value(std::move(texts));
}

}  // namespace toolformer::tools
