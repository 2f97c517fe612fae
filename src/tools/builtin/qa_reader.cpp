// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/builtin/qa_reader.h"

#include <fmt/format.h>

#include "toolformer/base/atomic_file.h"
#include "toolformer/base/blank.h"
#include "toolformer/base/error.h"
#include "toolformer/base/sha256.h"
#include "toolformer/calls/prompt.h"
#include "toolformer/tools/builtin/other_number.h"
#include "toolformer/tools/contract/thought.h"

namespace toolformer::tools {
namespace {

constexpr std::string_view kPassages = "{passages}", kQuestion = "{question}";
constexpr std::size_t kMaxPromptBytes = 1U << 20U;

/// The prompt with its holes filled; what is put in is not looked at again.
std::string fill_in(const std::string& prompt, const std::string& passages,
                    std::string_view question) {
  const std::size_t first = prompt.find(kPassages), second = prompt.find(kQuestion);
  return prompt.substr(0, first) + passages +
         prompt.substr(first + kPassages.size(), second - first - kPassages.size()) +
         std::string(question) + prompt.substr(second + kQuestion.size());
}

}  // namespace

QaReader::QaReader(std::unique_ptr<WikiSearch> search, std::unique_ptr<lm::LanguageModel> model,
                   QaReaderOptions options)
    : search_(std::move(search)), model_(std::move(model)), options_(std::move(options)) {
  options_.prompt = options_.prompt.substr(0, options_.prompt.find_last_not_of(" \t\r\n") + 1);
  const std::size_t passages = options_.prompt.find(kPassages);
  const std::size_t question = options_.prompt.find(kQuestion);
  if (passages == std::string::npos || question == std::string::npos || question < passages) {
    base::throw_error<base::UsageError>("{}: its prompt must hold {} and behind it {}",
                                        options_.name, kPassages, kQuestion);
  }
}

std::string QaReader::version() const {
  return fmt::format("2, model {}, prompt {}, passages {}, tokens {}, {}", model_->fingerprint(),
                     base::sha256(options_.prompt), options_.passages, options_.max_tokens,
                     search_->version());
}

Outcome QaReader::call(std::string_view input, const CallContext& context) const {
  std::string passages;
  Outcome found = search_->search(
      input, options_.passages, context.own.get(),
      [&](const std::string& passage) { passages += (passages.empty() ? "" : "\n") + passage; });
  if (!found.ok()) return found;
  Outcome answer = read(fill_in(options_.prompt, passages, input), context);
  answer.excluded = std::move(found.excluded);
  return answer;
}

std::optional<std::string> QaReader::other_result(std::string_view result,
                                                  const CallContext& context,
                                                  const base::KeyedRandom& draw) const {
  if (std::optional<std::string> number = other_number(result, draw)) return number;
  std::optional<WikiSearch::Page> page = search_->any_page(draw, result, context.own.get());
  if (!page) return std::nullopt;
  return std::move(page->title);
}

Outcome QaReader::read(const std::string& prompt, const CallContext& context) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const text::Tokenizer& tokenizer = model_->tokenizer();
  lm::SampleRequest request;
  request.forced_tokens = tokenizer.start();
  const std::vector<lm::TokenId> ids = tokenizer.ids(prompt);
  request.forced_tokens.insert(request.forced_tokens.end(), ids.begin(), ids.end());
  if (request.forced_tokens.size() + options_.max_tokens > model_->context_length()) {
    return Outcome::error(error_kind::kTooLarge,
                          fmt::format("passages and question are {} tokens, the model's context "
                                      "holds {}; lower `passages` or `snippet_words`",
                                      request.forced_tokens.size(), model_->context_length()));
  }
  request.sampling.temperature = 0;
  request.max_tokens = options_.max_tokens;
  bool late = false;
  std::string answer;
  request.stop = [&](std::span<const lm::TokenId> tokens) {
    late = std::chrono::steady_clock::now() > context.deadline;
    answer = tokenizer.decode(tokens);
    return late || base::trim_start(without_thought(answer)).find('\n') != std::string_view::npos;
  };
  model_->sample_one(request);
  if (late) return Outcome::transient_error(error_kind::kTimeout, "the model was not done in time");
  const std::string_view begun = base::trim_start(without_thought(answer));
  const std::string_view line = base::trim_end(begun.substr(0, begun.find('\n')));
  if (line.empty() || line == "unknown") {
    return Outcome::error(error_kind::kNoResult, "the model found no answer in the passages");
  }
  return Outcome::value(std::string(line));
}

std::vector<std::unique_ptr<Tool>> make_qa_reader(const std::string& name,
                                                  formats::TomlTable& settings,
                                                  const ToolResources& resources) {
  QaReaderOptions options{.name = name};
  const auto prompt = settings.optional_string("prompt");
  options.prompt = base::read_file(
      prompt ? resources.folder / *prompt : calls::default_prompt_directory() / "qa.reader.txt",
      kMaxPromptBytes);
  options.passages = settings.size("passages", options.passages, {.low = 1, .high = 100});
  options.max_tokens = settings.size("max_tokens", options.max_tokens, {.low = 1, .high = 1000});
  std::unique_ptr<WikiSearch> search = open_wiki_search(name, settings, resources);
  const auto model = settings.optional_string("model");
  if (!resources.load_model) {
    settings.refuse("kind", "qa_reader needs a language model, and this program has none");
  }
  return one_tool(std::make_unique<QaReader>(
      std::move(search),
      resources.load_model(model ? (resources.folder / *model).string() : std::string()),
      std::move(options)));
}

}  // namespace toolformer::tools
