// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/transport/endpoint.h"

#include <fmt/format.h>

#include <algorithm>

#include "toolformer/base/error.h"
#include "toolformer/base/log.h"
#include "toolformer/formats/strict_json.h"
#include "toolformer/http/failure.h"
#include "toolformer/http/transfer.h"
#include "toolformer/tools/contract/settings_hash.h"

namespace toolformer::tools {
namespace {

using std::chrono::milliseconds;

using Pointer = nlohmann::json::json_pointer;

/// The first of several places that holds words; empty: none does.
std::string words_at(const nlohmann::json& body, std::initializer_list<const char*> places) {
  for (const char* place : places) {
    const Pointer pointer(place);
    if (!body.contains(pointer) || !body.at(pointer).is_string()) continue;
    const std::string& words = body.at(pointer).get_ref<const std::string&>();
    if (!words.empty()) return base::escape_for_log(words, 200);
  }
  return {};
}

/// An error that stands in an answer of status 200, as proxies and some servers send it.
std::optional<Outcome> error_in(const nlohmann::json& body) {
  if (!body.is_object()) return std::nullopt;
  std::string words =
      words_at(body, {"/error/message", "/error", "/error/detail", "/errors/0/message", "/errors/0",
                      "/choices/0/error/message", "/detail"});
  if (words.empty() && (body.value("object", nlohmann::json()) == "error" ||
                        body.value("error", nlohmann::json()) == true)) {
    words = words_at(body, {"/message"});
  }
  if (words.empty()) return std::nullopt;
  Outcome outcome = Outcome::error(error_kind::kToolFailed, "the server says: " + words);
  for (const char* place : {"/error/code", "/error/status", "/code", "/choices/0/error/code"}) {
    const Pointer pointer(place);
    if (body.contains(pointer) && body.at(pointer).is_number_integer())
      outcome.transient |= http::is_transient_status(body.at(pointer).get<int>());
  }
  const std::string type = words_at(body, {"/error/type", "/error/code"});
  for (const char* busy : {"overloaded", "rate_limit", "server_error", "unavailable"})
    outcome.transient |= type.find(busy) != std::string::npos;
  if (outcome.transient) outcome.error_kind = error_kind::kUnavailable;
  return outcome;
}

/// What the server itself says of a failure, when it says it as OpenAI's and others do. Nothing of
/// a refused key: servers quote it, sometimes with a few letters masked.
std::string servers_words(const http::Reply& reply) {
  constexpr int kUnauthorized = 401;
  constexpr int kForbidden = 403;
  if (reply.status == kUnauthorized || reply.status == kForbidden) return "; is the key right?";
  const auto read = read_json(reply);
  const auto* body = std::get_if<nlohmann::json>(&read);
  if (body == nullptr || !body->is_object()) return {};
  const std::string words = words_at(*body, {"/error/message", "/error", "/errors/0/message",
                                             "/errors/0", "/message", "/detail", "/detail/0/msg"});
  return words.empty() ? "" : ": " + words;
}

Outcome to_outcome(const http::Reply& reply) {
  const auto make = [&](const char* kind, std::string message) {
    Outcome outcome = Outcome::error(kind, std::move(message));
    outcome.transient = reply.transient;
    outcome.retry_after = reply.retry_after;
    return outcome;
  };
  switch (reply.failure) {
    case http::Failure::kRefused:
      return make(error_kind::kRefused, reply.message);
    case http::Failure::kTimeout:
      return make(error_kind::kTimeout, reply.message);
    case http::Failure::kUnavailable:
      return make(error_kind::kUnavailable, reply.message);
    case http::Failure::kTooLarge:
      return make(error_kind::kTooLarge, reply.message);
    case http::Failure::kStatus:
      return make(reply.transient ? error_kind::kUnavailable : error_kind::kToolFailed,
                  reply.message + servers_words(reply));
    default:
      return make(error_kind::kToolFailed, reply.message);
  }
}

/// An address with holes in it is no address; what will stand in them must not be the origin.
http::Origin read_origin(formats::TomlTable& settings, const std::string& url) {
  const std::size_t host = url.find("://");
  const std::size_t end = host == std::string::npos ? host : url.find_first_of("/?#", host + 3);
  if (url.substr(0, end).find('{') != std::string::npos) {
    settings.refuse("url", "scheme, host and port must be fixed; only what follows may have holes");
  }
  std::string filled = url;
  std::replace_if(
      filled.begin(), filled.end(), [](char c) { return c == '{' || c == '}'; }, '_');
  try {
    return http::Url::parse(filled).origin();
  } catch (const base::DataError& error) {
    settings.refuse("url", error.what());
  }
}

}  // namespace

Endpoint::Endpoint(formats::TomlTable& settings, const ToolResources& resources, KeyPlace key_place)
    : url_(settings.required_string("url")), key_place_(key_place) {
  http::ClientOptions options;
  http::AllowedOrigin origin{read_origin(settings, url_)};
  origin.may_be_private = settings.boolean("allow_private", false);
  options.origins = {origin};
  options.ca_file = settings.string("ca_file", "");
  if (!options.ca_file.empty()) options.ca_file = (resources.folder / options.ca_file).string();
  http::Limits& limits = options.limits;
  limits.timeout = std::chrono::minutes(10);  // the call's own deadline comes first
  limits.body_bytes = settings.size("max_bytes", 1'000'000, {.low = 1});
  limits.connect_timeout = std::chrono::ceil<milliseconds>(
      settings.duration("connect_timeout", std::chrono::seconds(5), {.low = 0.001, .high = 600}));
  limits.redirects = static_cast<int>(settings.integer("redirects", 0, {.low = 0, .high = 20}));

  const std::string variable = settings.string("key_env", "");
  key_header_ = settings.string("key_header", "");
  std::vector<std::string> parts = {url_};
  for (const auto& [name, value] : settings.string_map("headers")) {
    headers_.push_back({name, value});
    parts.insert(parts.end(), {name, value});
  }
  if (const std::string bad =
          http::malformed_part({.headers = headers_, .key_header = key_header_});
      !bad.empty()) {
    settings.refuse("headers", bad);
  }
  if (url_.find("{key}") != std::string::npos) {
    if (variable.empty()) settings.refuse("url", "{key} needs key_env");
    key_place_ = KeyPlace::kRequest;
  }
  try {
    if (!variable.empty()) key_ = http::Secret::from_environment(variable);
  } catch (const base::UsageError& error) {
    settings.refuse("key_env", error.what());
  }
  version_ = settings_hash(parts);
  client_ = std::make_unique<const http::Client>(std::move(options));
}

http::Reply Endpoint::exchange(http::Request request, const CallContext& context) const {
  request.headers.insert(request.headers.end(), headers_.begin(), headers_.end());
  request.deadline = context.deadline;
  if (key_ && key_place_ == KeyPlace::kHeader) {
    request.bearer = *key_;
    request.key_header = key_header_;
  }
  return client_->send(request);
}

std::optional<Outcome> Endpoint::problem_of(const http::Reply& reply) const {
  Outcome error = reply.ok() ? Outcome::value("") : to_outcome(reply);
  if (key_ && (key_->leaks_into(reply.body) || key_->leaks_into(error.error_message))) {
    return Outcome::error(error.ok() ? error_kind::kBadResult : error.error_kind,
                          "the server's answer holds the key");
  }
  if (error.ok()) return std::nullopt;
  return error;
}

std::variant<http::Reply, Outcome> Endpoint::send(http::Request request,
                                                  const CallContext& context) const {
  http::Reply reply = exchange(std::move(request), context);
  if (auto problem = problem_of(reply)) return std::move(*problem);
  return reply;
}

std::variant<nlohmann::json, Outcome> Endpoint::post_json(const std::string& url,
                                                          const nlohmann::ordered_json& body,
                                                          const CallContext& context) const {
  http::Request request{.method = "POST", .url = url};
  request.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
  request.body = body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  const auto reply = send(std::move(request), context);
  if (const auto* error = std::get_if<Outcome>(&reply)) return *error;
  return read_json(std::get<http::Reply>(reply));
}

std::variant<nlohmann::json, Outcome> read_json(const http::Reply& reply) {
  std::string_view body = reply.body;
  if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
  try {
    return formats::parse_strict_json(body, "the answer");
  } catch (const base::DataError&) {
    const std::string type = reply.media_type();
    return Outcome::error(
        error_kind::kToolFailed,
        fmt::format("the answer ({}) is not the JSON that was asked for",
                    type.empty() ? "of no type" : base::escape_for_log(type, 60)));
  }
}

Outcome text_at(const nlohmann::json& value, const nlohmann::json::json_pointer& pointer) {
  if (!value.contains(pointer) || value.at(pointer).is_null()) {
    if (auto error = error_in(value)) return std::move(*error);
    return Outcome::error(error_kind::kNoResult,
                          "the answer has nothing at " + pointer.to_string());
  }
  const nlohmann::json& found = value.at(pointer);
  if (found.is_structured()) {
    return Outcome::error(error_kind::kBadResult,
                          fmt::format("the answer has a {} at {}, not a text", found.type_name(),
                                      pointer.to_string()));
  }
  std::string text = found.is_string() ? found.get<std::string>() : found.dump();
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
    return Outcome::error(error_kind::kNoResult, "the answer is empty");
  }
  return Outcome::value(std::move(text));
}

}  // namespace toolformer::tools
