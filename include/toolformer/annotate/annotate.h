// SPDX-License-Identifier: Apache-2.0
// tf-annotate. Reads: documents. Writes: the same with candidate calls appended (tool, at, p_api,
// sample, input); calls that a document brings along stay. Keeps the order. Never touches: id,
// text, meta. Per tool and document one pass over the text gives p(open marker) everywhere and is
// the prefill of every sample. Counts per tool: documents.<tool>.{read,no_place,dropped.<why>},
// places.<tool>, samples.<tool>.{drawn,calls,<loss>}, best_p.<tool>.<decade>: the highest p(open
// marker) of each document. Counts of work.* are the model's; work.tokens_minimum is the least that
// the same samples take.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "toolformer/annotate/candidates.h"
#include "toolformer/annotate/options.h"
#include "toolformer/annotate/positions.h"
#include "toolformer/annotate/preselect.h"
#include "toolformer/lm/language_model.h"
#include "toolformer/lm/share_out.h"
#include "toolformer/record/run_shard.h"

namespace toolformer::annotate {

class Annotator {
 public:
  /// Loads the prompts and reads what stands before every document. Throws UsageError when a prompt
  /// is missing, the open marker is not one token, a prompt leaves no room for documents, or the
  /// preselection lacks its model of languages.
  Annotator(lm::LanguageModel& model, const Options& options, std::uint64_t seed);

  /// A document that does not fit behind a prompt is rejected with both lengths.
  void annotate(std::vector<record::Item>& block, record::Summary& summary);

  /// "model", "tokenizer", "prompts", where languages are told apart "languages" -> SHA-256
  std::map<std::string, std::string> fingerprints() const;

 private:
  struct Tool {
    ToolSettings settings;
    calls::Prompt prompt;
    lm::Prefix before;  ///< the start token and what stands before the document
  };

  /// One document under one tool's prompt, from its reading to its samples.
  struct Task {
    const Tool* tool = nullptr;
    record::Document* document = nullptr;
    std::vector<Position> positions;
    std::vector<lm::TokenId> forced_tokens;  ///< what stands before every sample
    std::vector<lm::Sampled> sampled;        ///< by place, then sample
  };

  bool fits(const record::Document& document, record::Item& item) const;
  CandidateSettings candidate_settings(const Tool& tool) const;
  /// Samples one task after the other, until all are taken.
  void sample(std::vector<Task>& tasks, const lm::NextPiece& next, record::Summary& summary);
  std::vector<lm::SampleRequest> start(Task& task, record::Summary& summary);
  void finish(const Task& task, record::Summary& summary) const;

  lm::LanguageModel& model_;
  const Options& options_;
  std::uint64_t seed_;
  lm::TokenId open_;
  std::vector<Tool> tools_;
  std::optional<Preselection> preselection_;
};

}  // namespace toolformer::annotate
