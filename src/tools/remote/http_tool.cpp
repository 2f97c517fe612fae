// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/remote/http_tool.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "toolformer/base/sha256.h"
#include "toolformer/tools/contract/holes.h"
#include "toolformer/tools/transport/endpoint.h"

namespace toolformer::tools {
namespace {

using Pointer = nlohmann::json::json_pointer;

struct HttpSettings {
  std::string method;
  std::optional<nlohmann::ordered_json> body;
  std::optional<Pointer> answer;
};

HttpSettings read_settings(formats::TomlTable& settings) {
  HttpSettings read;
  const auto body = settings.optional_string("body");
  read.method = settings.string("method", body ? "POST" : "GET");
  if (body) {
    read.body = nlohmann::ordered_json::parse(*body, nullptr, false);
    if (read.body->is_discarded()) {
      settings.refuse("body",
                      R"(it must be JSON, with {input} inside strings: '{"q": "{input}"}')");
    }
  }
  if (const auto pointer = settings.optional_string("answer")) {
    try {
      read.answer = Pointer(*pointer);
    } catch (const nlohmann::json::exception&) {
      settings.refuse("answer", "it must be a JSON pointer such as /results/0/text");
    }
  }
  return read;
}

/// "." and ".." survive any encoding and would climb in the path.
bool climbs(const std::string& input) {
  return input == "." || input == "..";
}

class HttpTool : public Tool {
 public:
  HttpTool(std::string name, Endpoint endpoint, HttpSettings settings)
      : name_(std::move(name)), endpoint_(std::move(endpoint)), settings_(std::move(settings)) {
    const std::string own =
        fmt::format("{}\n{}\n{}", settings_.method, settings_.body ? settings_.body->dump() : "",
                    settings_.answer ? settings_.answer->to_string() : "text");
    version_ = "http 1 " + endpoint_.version() + " " + base::sha256(own).substr(0, 16);
  }

  std::string name() const override { return name_; }
  std::string version() const override { return version_; }
  ToolTraits traits() const override { return {.is_remote = true}; }
  std::optional<std::string> sample_input() const override { return "test"; }

  Outcome call(std::string_view input, const CallContext& context) const override {
    Holes holes = {{"input", std::string(input)}};
    if (climbs(holes["input"]) && endpoint_.url().find("{input}") != std::string::npos) {
      return Outcome::error(error_kind::kBadInput, "the input is only dots");
    }
    http::Request request;
    request.method = settings_.method;
    request.headers = {{"Accept", settings_.answer ? "application/json" : "text/plain, */*;q=0.5"}};
    if (settings_.body) {
      request.headers.push_back({"Content-Type", "application/json"});
      request.body = fill_json(*settings_.body, holes)
                         .dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    }
    if (endpoint_.key() != nullptr) holes["key"] = endpoint_.key()->reveal();
    request.url = fill_url(endpoint_.url(), holes);
    const auto reply = endpoint_.send(std::move(request), context);
    if (const auto* error = std::get_if<Outcome>(&reply)) return *error;
    return read(std::get<http::Reply>(reply));
  }

 private:
  Outcome read(const http::Reply& reply) const {
    if (settings_.answer) {
      const auto value = read_json(reply);
      if (const auto* error = std::get_if<Outcome>(&value)) return *error;
      return text_at(std::get<nlohmann::json>(value), *settings_.answer);
    }
    const std::string type = reply.media_type();
    if (type == "text/html" || type == "application/xhtml+xml") {
      return Outcome::error(error_kind::kBadResult, "the answer is an HTML page");
    }
    return Outcome::value(reply.body);
  }

  std::string name_;
  Endpoint endpoint_;
  HttpSettings settings_;
  std::string version_;
};

}  // namespace

std::vector<std::unique_ptr<Tool>> make_http_tool(const std::string& name,
                                                  formats::TomlTable& settings,
                                                  const ToolResources& resources) {
  Endpoint endpoint(settings, resources);
  return one_tool(std::make_unique<HttpTool>(name, std::move(endpoint), read_settings(settings)));
}

}  // namespace toolformer::tools
