// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/remote/openai_tool.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <utility>

#include "toolformer/base/log.h"
#include "toolformer/base/sha256.h"
#include "toolformer/tools/contract/holes.h"
#include "toolformer/tools/remote/model_answer.h"
#include "toolformer/tools/translate/source_language.h"
#include "toolformer/tools/transport/endpoint.h"

namespace toolformer::tools {
namespace {

using Json = nlohmann::ordered_json;
using Pointer = nlohmann::json::json_pointer;

constexpr const char* kTranslate =
    "Translate the user's text from {source} to {target}. Answer with the translation only.";

struct OpenaiSettings {
  std::string address;
  Pointer text;  ///< where the answer stands
  Json request;  ///< with holes
  AnswerPart answer = AnswerPart::kLine;
};

AnswerPart read_part(formats::TomlTable& settings) {
  const std::string part = settings.string("answer", "line");
  if (part == "sentence") return AnswerPart::kSentence;
  if (part == "all") return AnswerPart::kAll;
  if (part != "line") settings.refuse("answer", "expected line, sentence or all");
  return AnswerPart::kLine;
}

OpenaiSettings read_settings(formats::TomlTable& settings, std::string url, bool translates) {
  const std::string api = settings.string("api", "chat");
  if (api != "chat" && api != "completions") {
    settings.refuse("api", "expected chat or completions");
  }
  const bool chat = api == "chat";
  OpenaiSettings read;
  url.erase(url.find_last_not_of('/') + 1);
  read.address = url + (chat ? "/chat/completions" : "/completions");
  read.text = Pointer(chat ? "/choices/0/message/content" : "/choices/0/text");
  read.answer = read_part(settings);
  read.request["model"] = settings.required_string("model");
  const std::string prompt = settings.string("prompt", "{input}");
  if (prompt.find("{input}") == std::string::npos) {
    settings.refuse("prompt", "it has no {input}");
  }
  const std::string system = settings.string("system", translates && chat ? kTranslate : "");
  if (!chat && !system.empty()) settings.refuse("system", "only a chat has one; use prompt");
  if (chat) {
    if (!system.empty())
      read.request["messages"].push_back({{"role", "system"}, {"content", system}});
    read.request["messages"].push_back({{"role", "user"}, {"content", prompt}});
  } else {
    read.request["prompt"] = prompt;
  }
  read.request["max_tokens"] = settings.size("max_tokens", 64, {.low = 1, .high = 100'000});
  read.request["temperature"] = settings.number("temperature", 0, {.low = 0, .high = 2});
  read.request["seed"] = settings.integer("seed", 0);
  const std::vector<std::string> usual =
      chat ? std::vector<std::string>{} : std::vector<std::string>{"\n"};
  if (auto stop = settings.strings("stop", usual); !stop.empty()) read.request["stop"] = stop;
  return read;
}

/// The texts of a message: a string, or a list of parts of which only texts count, not thoughts.
std::string texts_of(const nlohmann::json& content) {
  if (content.is_string()) return content.get<std::string>();
  if (content.is_array()) {
    std::string texts;
    for (const nlohmann::json& part : content) texts += texts_of(part);
    return texts;
  }
  if (!content.is_object()) return {};
  const std::string type = content.value("type", nlohmann::json("text")).dump();
  if (type != R"("text")" && type != R"("output_text")") return {};
  const nlohmann::json text = content.value("text", nlohmann::json());
  return texts_of(text.is_object() ? text.value("value", nlohmann::json()) : text);
}

/// The text of the answer, or why there is none.
Outcome answer_of(const nlohmann::json& value, const Pointer& place) {
  if (value.contains(place) && value.at(place).is_structured()) {
    std::string texts = texts_of(value.at(place));
    if (!texts.empty()) return Outcome::value(std::move(texts));
    return Outcome::error(error_kind::kNoResult, "the answer has no part with a text");
  }
  Outcome text = text_at(value, place);
  if (text.error_kind != error_kind::kNoResult) return text;
  if (const Outcome refusal = text_at(value, Pointer("/choices/0/message/refusal")); refusal.ok())
    text.error_message = "the model refuses: " + base::escape_for_log(refusal.result, 200);
  for (const char* thoughts : {"reasoning_content", "reasoning"}) {
    if (text_at(value, Pointer("/choices/0/message") / thoughts).ok())
      text.error_message = "the model wrote thoughts and no answer; raise max_tokens";
  }
  return text;
}

class OpenaiTool : public Tool {
 public:
  OpenaiTool(std::string name, Endpoint endpoint, OpenaiSettings settings,
             std::optional<SourceLanguage> source)
      : name_(std::move(name)),
        endpoint_(std::move(endpoint)),
        settings_(std::move(settings)),
        source_(std::move(source)) {
    const std::string own = settings_.address + settings_.request.dump() +
                            std::to_string(static_cast<int>(settings_.answer));
    version_ = fmt::format("openai 2 {} {} {}", endpoint_.version(),
                           base::sha256(own).substr(0, 16), source_ ? source_->version() : "");
  }
  ~OpenaiTool() override {
    if (answers_ == 0) return;
    spdlog::info("{}: {} answers, {} prompt tokens, {} answer tokens", name_, answers_.load(),
                 prompt_tokens_.load(), answer_tokens_.load());
  }

  std::string name() const override { return name_; }
  std::string version() const override { return version_; }
  ToolTraits traits() const override { return {.is_remote = true}; }
  std::optional<std::string> sample_input() const override {
    return source_ ? source_->sample_input() : "What is the capital of France?";
  }

  Outcome call(std::string_view input, const CallContext& context) const override {
    Holes holes = {{"input", std::string(input)}};
    if (source_) {
      Outcome language = source_->identify(input);
      if (!language.ok()) return language;
      holes["source"] = language.result;
      holes["target"] = source_->target();
    }
    const auto reply =
        endpoint_.post_json(settings_.address, fill_json(settings_.request, holes), context);
    if (const auto* error = std::get_if<Outcome>(&reply)) return *error;
    const auto& value = std::get<nlohmann::json>(reply);
    count(value);
    const Outcome text = answer_of(value, settings_.text);
    if (!text.ok()) return text;
    const Outcome reason = text_at(value, Pointer("/choices/0/finish_reason"));
    return pick_answer({text.result, reason.ok() && reason.result == "length"}, settings_.answer);
  }

 private:
  void count(const nlohmann::json& value) const {
    const auto tokens = [&](const char* key) -> std::uint64_t {
      const Pointer pointer = Pointer("/usage") / key;
      const bool there = value.contains(pointer) && value.at(pointer).is_number_unsigned();
      return there ? value.at(pointer).get<std::uint64_t>() : 0;
    };
    ++answers_;
    prompt_tokens_ += tokens("prompt_tokens");
    answer_tokens_ += tokens("completion_tokens");
  }

  std::string name_;
  Endpoint endpoint_;
  OpenaiSettings settings_;
  std::optional<SourceLanguage> source_;
  std::string version_;
  mutable std::atomic<std::uint64_t> answers_ = 0;
  mutable std::atomic<std::uint64_t> prompt_tokens_ = 0;
  mutable std::atomic<std::uint64_t> answer_tokens_ = 0;
};

}  // namespace

std::vector<std::unique_ptr<Tool>> make_openai_tool(const std::string& name,
                                                    formats::TomlTable& settings,
                                                    const ToolResources& resources) {
  Endpoint endpoint(settings, resources);
  std::optional<SourceLanguage> source;
  if (settings.has("source") || settings.has("target")) source.emplace(settings, resources);
  OpenaiSettings own = read_settings(settings, endpoint.url(), source.has_value());
  return one_tool(
      std::make_unique<OpenaiTool>(name, std::move(endpoint), std::move(own), std::move(source)));
}

}  // namespace toolformer::tools
