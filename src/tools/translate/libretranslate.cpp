// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/translate/libretranslate.h"

#include <fmt/format.h>

#include <utility>

#include "toolformer/tools/translate/source_language.h"
#include "toolformer/tools/transport/endpoint.h"

namespace toolformer::tools {
namespace {

class LibretranslateTool : public Tool {
 public:
  LibretranslateTool(std::string name, Endpoint endpoint, SourceLanguage source)
      : name_(std::move(name)), endpoint_(std::move(endpoint)), source_(std::move(source)) {
    address_ = endpoint_.url();
    address_.erase(address_.find_last_not_of('/') + 1);
    address_ += "/translate";
  }

  std::string name() const override { return name_; }
  std::string version() const override {
    return fmt::format("libretranslate 1 {} {}", endpoint_.version(), source_.version());
  }
  ToolTraits traits() const override { return {.is_remote = true}; }
  std::optional<std::string> sample_input() const override { return source_.sample_input(); }

  Outcome call(std::string_view input, const CallContext& context) const override {
    const Outcome language = source_.identify(input);
    if (!language.ok()) return language;
    nlohmann::ordered_json request = {
        {"q", input},
        {"source", language.result == "server" ? "auto" : language.result},
        {"target", source_.target()},
        {"format", "text"}};
    if (endpoint_.key() != nullptr) request["api_key"] = endpoint_.key()->reveal();
    const auto reply = endpoint_.post_json(address_, request, context);
    if (const auto* error = std::get_if<Outcome>(&reply)) return *error;
    return text_at(std::get<nlohmann::json>(reply),
                   nlohmann::json::json_pointer("/translatedText"));
  }

 private:
  std::string name_;
  Endpoint endpoint_;
  SourceLanguage source_;
  std::string address_;
};

}  // namespace

std::vector<std::unique_ptr<Tool>> make_libretranslate_tool(const std::string& name,
                                                            formats::TomlTable& settings,
                                                            const ToolResources& resources) {
  Endpoint endpoint(settings, resources, KeyPlace::kRequest);
  SourceLanguage source(settings, resources);
  return one_tool(
      std::make_unique<LibretranslateTool>(name, std::move(endpoint), std::move(source)));
}

}  // namespace toolformer::tools
