// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/transport/endpoint.h"

#include <fmt/format.h>

#include <algorithm>

#include "toolformer/base/error.h"
#include "toolformer/base/log.h"
#include "toolformer/formats/strict_json.h"
#include "toolformer/http/transfer.h"
#include "toolformer/tools/contract/settings_hash.h"

namespace toolformer::tools {
namespace {

using std::chrono::milliseconds;

/// What the server itself says of a failure, when it says it as OpenAI's and others do. Nothing of
/// a refused key: servers quote it, sometimes with a few letters masked.
std::string servers_words(const http::Reply& reply) {
  constexpr int kUnauthorized = 401;
  constexpr int kForbidden = 403;
  if (reply.status == kUnauthorized || reply.status == kForbidden) return "; is the key right?";
  const auto read = read_json(reply);
  const auto* body = std::get_if<nlohmann::json>(&read);
  if (body == nullptr || !body->is_object()) return {};
  for (const char* pointer : {"/error/message", "/error", "/message", "/detail"}) {
    const Outcome words = text_at(*body, nlohmann::json::json_pointer(pointer));
    if (words.ok()) return ": " + base::escape_for_log(words.result, 200);
  }
  return {};
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
  try {
    return formats::parse_strict_json(reply.body, "the answer");
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
