// SPDX-License-Identifier: Apache-2.0
// Step 2: measures. Reads: calls with a result. Writes: loss and delta, or an error (off_boundary,
// too_long, not_finite). Reads `others`, too, under the baseline `other`. Tokens are joined by ids,
// never tokenised again across a seam; the text's own tokens are the same in all three contexts.
// Equal calls (place, tool, input, result) are scored once.
//
// Window W_i: tokens i .. i + window - 1 of the document, fewer where it ends.
//   inline, primed: [start | demonstrations] x_<i call W_i    a branch of the document's state
//   prefix:         [start] call x_<i W_i                     read anew for every call
// The plain losses fall out of reading the document itself. With --losses needed, no_result is
// measured only where the baseline asks for it and the losses so far leave the call a chance; so is
// `other`, behind it. With --token-losses each call carries, too, what no other stage reads:
//   token_losses: {"ends": [byte behind each token of the window], "plain": [-log p], "result":
//   ...}
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "toolformer/filter/options.h"
#include "toolformer/lm/language_model.h"
#include "toolformer/record/document.h"
#include "toolformer/record/summary.h"

namespace toolformer::filter {

/// Several threads may score documents at once.
class Scorer {
 public:
  Scorer(lm::LanguageModel& model, const Options& options)
      : model_(model), options_(options), criteria_(criteria_of(options)) {}

  /// Returns why the document cannot be scored (it is longer than the context); it is unchanged
  /// then. Counts per tool: scored.<tool>.{calls,distinct,error.<kind>,no_result,no_other}, the
  /// last for calls that the baseline would compare with another result and that have none;
  /// tokens.scored.
  std::optional<std::string> score(record::Document& document, record::Summary& summary);

 private:
  /// What stands before the documents of one placement and tool.
  struct Opening {
    std::string prompt;  ///< empty: only the start token
    lm::Prefix prefix;
  };
  struct Candidate;
  struct Group;
  enum class Context { kPlain, kNoResult, kResult, kOther };
  /// One sequence to score: a candidate in a context, with this result in the call.
  struct Variant {
    Candidate* candidate;
    Context context;
    std::string_view result;
  };
  const Opening& opening_for(Placement placement, const std::string& tool,
                             record::Summary& summary);
  lm::ScoreRequest request_for(const Group& group, const Variant& variant) const;
  std::optional<record::CallError> locate(const Group& group, Candidate& candidate,
                                          const record::Document& document) const;
  void score_group(Group& group, const record::Document& document, record::Summary& summary);
  std::vector<Variant> variants_of(const Group& group, std::span<Candidate* const> candidates,
                                   Context context) const;
  void measure(Group& group, std::span<const Variant> variants, record::Summary& summary);
  void measure_needed(Group& group, std::vector<Candidate*> located, record::Summary& summary);
  void write(const Group& group, Candidate& candidate, record::Summary& summary) const;
  nlohmann::ordered_json token_losses_of(const Group& group, const Candidate& candidate) const;

  lm::LanguageModel& model_;
  const Options& options_;
  const Criteria criteria_;
  std::mutex mutex_;                         // of the openings
  std::map<std::string, Opening> openings_;  // by tool; "" is the start token alone
};

}  // namespace toolformer::filter
