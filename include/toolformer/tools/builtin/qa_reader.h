// SPDX-License-Identifier: Apache-2.0
// QA(Who painted the Mona Lisa?) -> Leonardo da Vinci. Retrieves passages from a search index, then
// has a language model read them: greedy, to the end of the line.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>

#include "toolformer/lm/language_model.h"
#include "toolformer/tools/builtin/wiki_search.h"
#include "toolformer/tools/contract/tool.h"
#include "toolformer/tools/contract/tool_resources.h"

namespace toolformer::tools {

struct QaReaderOptions {
  std::string name = "QA";
  std::string prompt;           ///< with the holes {passages} and {question}, once each
  std::size_t passages = 3;     ///< best pages that are read; at least 1
  std::size_t max_tokens = 24;  ///< of an answer
};

class QaReader : public Tool {
 public:
  /// Throws UsageError when the prompt lacks a hole.
  QaReader(std::unique_ptr<WikiSearch> search, std::unique_ptr<lm::LanguageModel> model,
           QaReaderOptions options);

  std::string name() const override { return options_.name; }
  std::string version() const override;
  ToolTraits traits() const override {
    return {.uses_own = search_->traits().uses_own, .is_remote = true};
  }
  std::optional<std::string> sample_input() const override { return "Where is the Danube?"; }
  /// Errors: those of the search; no_result (the model says `unknown` or nothing), timeout,
  /// too_large (passages and question do not fit into the model's context). Calls wait for each
  /// other: there is one model.
  Outcome call(std::string_view input, const CallContext& context) const override;
  /// For an answer with a number one with another number, else the title of another page.
  std::optional<std::string> other_result(std::string_view result, const CallContext& context,
                                          const base::KeyedRandom& draw) const override;

 private:
  Outcome read(const std::string& prompt, const CallContext& context) const;

  std::unique_ptr<WikiSearch> search_;
  std::unique_ptr<lm::LanguageModel> model_;
  QaReaderOptions options_;
  mutable std::mutex mutex_;  // of the model
};

/// kind = "qa_reader". Keys: model (a path; not given: the run's --model, loaded a second time),
/// prompt (a file; not given: configs/prompts/qa.reader.txt), passages, max_tokens, and those of
/// wiki_search.
std::vector<std::unique_ptr<Tool>> make_qa_reader(const std::string& name,
                                                  formats::TomlTable& settings,
                                                  const ToolResources& resources);

}  // namespace toolformer::tools
