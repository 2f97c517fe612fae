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

/// A member that is there and not null.
const json* member(const json& object, const char* name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  return object.is_object() && found != object.end() && !found->is_null() ? &*found : nullptr;
}

McpMessage failure(const json& error) {
  const json* code = member(error, "code");
  std::string words;
  for (const json* said :
       {error.is_string() ? &error : member(error, "message"), member(error, "data")}) {
    if (said == nullptr || !said->is_string() || said->get_ref<const std::string&>().empty())
      continue;
    if (!words.empty()) words += ": ";
    words += base::escape_for_log(said->get_ref<const std::string&>(), 500);
  }
  const bool bad_input = code != nullptr && *code == kInvalidParams;
  return {.kind = Kind::kError,
          .error = Outcome::error(bad_input ? error_kind::kBadInput : error_kind::kToolFailed,
                                  "the server says: " + (words.empty() ? "no reason" : words))};
}

McpMessage noise(std::string_view text) {
  constexpr std::size_t kQuoted = 200;
  return {.kind = Kind::kNoise, .text = base::escape_for_log(base::trim(text), kQuoted)};
}

/// The number of the request that an id names, also as text; 0: none of ours.
std::int64_t request_of(const json& id) {
  if (id.is_number()) return static_cast<std::int64_t>(id.get<double>());
  const std::string digits = id.is_string() ? id.get<std::string>() : "";
  const bool is_number = !digits.empty() && digits.size() < 16 &&
                         digits.find_first_not_of("0123456789") == std::string::npos;
  return is_number ? std::stoll(digits) : 0;
}

McpMessage read_object(const json& message, std::string_view text, std::int64_t id);

/// The first answer in a batch; what the server asks in one is not answered.
McpMessage read_batch(const json& messages, std::string_view text, std::int64_t id) {
  McpMessage broken{.kind = Kind::kNoise};
  for (const json& message : messages) {
    if (!message.is_object()) return noise(text);
    McpMessage read = read_object(message, text, id);
    if (read.kind == Kind::kResult || read.kind == Kind::kError) return read;
    if (read.kind == Kind::kBroken) broken = std::move(read);
  }
  return broken.kind == Kind::kBroken ? broken : messages.empty() ? noise(text) : McpMessage{};
}

McpMessage read_object(const json& message, std::string_view text, std::int64_t id) {
  const json* own_id = member(message, "id");
  const json* method = member(message, "method");
  if (method != nullptr && !method->is_string()) return noise(text);
  if (method != nullptr) return own_id != nullptr ? question(message) : McpMessage{};
  const json* error = member(message, "error");
  const bool has_error = message.contains("error"), has_result = message.contains("result");
  if (own_id == nullptr) {
    // A server that could not even read the id says so; other objects are lines of some log.
    const bool is_message = message.contains("jsonrpc") || message.contains("id");
    if (is_message && error != nullptr) return failure(*error);
    return is_message || has_result ? broken("answered without the number of a request")
                                    : noise(text);
  }
  if (error == nullptr && (!has_result || (has_error && member(message, "result") == nullptr))) {
    return broken("sent neither result nor error");
  }
  const std::int64_t request = request_of(*own_id);
  // Some answer even our answers to them, by their own numbers.
  if (id > 0 && (request < 1 || request > id)) return noise(text);
  if (request != id) {
    return broken(
        fmt::format("answered request {}, not {}", base::escape_for_log(write(*own_id), 40), id));
  }
  if (error != nullptr) return failure(*error);
  return {.kind = Kind::kResult, .result = message["result"]};
}

}  // namespace

std::string mcp_request(std::int64_t id, std::string_view method, const json& params) {
  return write({{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}});
}

std::string mcp_notification(std::string_view method) {
  return write({{"jsonrpc", "2.0"}, {"method", method}});
}

McpMessage read_mcp_message(std::string_view text, std::int64_t id) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (base::trim(text).empty()) return {.kind = Kind::kNoise};
  json message;
  try {
    message = formats::parse_strict_json(text, "its message");
  } catch (const base::DataError& error) {
    const bool is_message =
        base::trim(text).starts_with('{') && text.find("\"jsonrpc\"") != std::string_view::npos;
    if (!is_message) return noise(text);
    return broken(
        fmt::format("sent a message that cannot be read: {} ({})", noise(text).text, error.what()));
  }
  if (message.is_array()) return read_batch(message, text, id);
  return message.is_object() ? read_object(message, text, id) : noise(text);
}

Outcome mcp_call_outcome(const json& result) {
  if (!result.is_object()) {
    return Outcome::error(error_kind::kToolFailed, "the server's result is no object");
  }
  std::string texts;
  json content = result.value("content", json::array());
  if (content.is_string()) content = json::array({{{"text", content}}});
  for (const json& part : content.is_array() ? content : json::array()) {
    const json* holder = &part;
    if (member(part, "resource") != nullptr) holder = &part["resource"];
    if (!holder->is_object() || !holder->contains("text") || !(*holder)["text"].is_string()) {
      continue;
    }
    if (!texts.empty()) texts += '\n';
    texts += (*holder)["text"].get_ref<const std::string&>();
  }
  const json* structured = member(result, "structuredContent");
  if (texts.empty() && structured != nullptr) texts = write(*structured);
  if (result.value("isError", json()) == true) {
    return Outcome::error(error_kind::kToolFailed,
                          texts.empty() ? "the tool says that it failed" : texts);
  }
  if (base::trim(texts).empty()) {
    return Outcome::error(error_kind::kNoResult, "the answer has no text");
  }
  return Outcome::value(std::move(texts));
}

}  // namespace toolformer::tools
