// SPDX-License-Identifier: Apache-2.0
// Which documents a tool is asked about at all (arXiv 2302.04761, appendix A.1). Pure functions of
// one document; each says why it drops, so that the summary can count what every heuristic cost.
// Tools without a heuristic take every document.
// - Calculator: some number is the result of an operation on two others near it, or "=", "equals",
//   "equal to", "total of" or "average of" stands before a number; of the remaining documents with
//   three numbers a random 1 %.
// - Calendar: meta.date is there, and the text names a day or a year near it.
// - WikiSearch and QA, where there is an index: one of the three best passages for the first
//   sentence, none of the document's own page, tells a name or number that the text states only
//   behind it.
// - MT: a span in another language stands between English ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "toolformer/record/document.h"
#include "toolformer/tools/builtin/wiki_search.h"
#include "toolformer/tools/translate/language_id.h"

namespace toolformer::annotate {

struct PreselectOptions {
  std::size_t number_window = 100;  ///< words within which three related numbers must stand
  double rare_fraction =
      0.01;  ///< share of the documents that have three numbers but nothing else, kept at random
  std::size_t years = 3;  ///< Calendar: a year so near to the document's counts as a day does
  std::size_t chunk_words = 10;  ///< MT: words of a span whose language is judged
  std::string index;  ///< WikiSearch, QA: the file that tf-index wrote; empty: all are taken
};

class Preselection {
 public:
  /// `tools`: those that will be asked about. MT reads the model of languages that
  /// scripts/setup.sh fetches; throws UsageError when it is not there.
  Preselection(const PreselectOptions& options, std::span<const std::string> tools,
               std::uint64_t seed);

  /// Empty: the document is kept; otherwise a short word that is counted, e.g. "few_numbers".
  std::string reason_to_drop(std::string_view tool, const record::Document& document) const;

  /// Of the model of languages; empty without MT.
  std::string fingerprint() const { return languages_ ? languages_->fingerprint() : ""; }
  /// Of the index; empty without one.
  std::string index_version() const { return search_ ? search_->version() : ""; }

 private:
  PreselectOptions options_;
  std::uint64_t seed_;
  std::optional<tools::LanguageIdentifier> languages_;
  std::unique_ptr<tools::WikiSearch> search_;
};

}  // namespace toolformer::annotate
