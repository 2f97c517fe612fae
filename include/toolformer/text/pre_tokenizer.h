// SPDX-License-Identifier: Apache-2.0
// Cuts a text into the words within which BPE merges: the pre-tokenizers of tokenizer.json.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "toolformer/text/normalized_text.h"
#include "toolformer/text/regex.h"

namespace toolformer::text {

/// Cutting at matches of a pattern. They are words of their own, go to a neighbour, or are dropped.
struct SplitStep {
  enum class Behavior { kRemoved, kIsolated, kMergedWithPrevious, kMergedWithNext, kContiguous };
  Regex regex;
  Behavior behavior = Behavior::kIsolated;
  bool invert = false;  ///< the pattern describes the words, not what stands between them
};

class PreTokenizer {
 public:
  /// `json`: the pre_tokenizer of tokenizer.json: null, Sequence, Split, Digits, ByteLevel,
  /// Metaspace. Throws DataError that names `origin` and any other component or option.
  PreTokenizer(const nlohmann::json& json, const std::string& origin);

  /// Whether there is a ByteLevel: the vocabulary writes bytes as symbols.
  bool byte_level() const { return byte_level_; }
  /// Whether the words are still bytes that have to be looked up by their symbols.
  bool leaves_bytes() const { return leaves_bytes_; }
  /// Writes the symbols itself, as another last step.
  void write_symbols();

  /// Whether no step changes the text, so that split is enough.
  bool only_cuts() const { return only_cuts_; }
  /// The words of the text, in order; a Split may drop what stands between them.
  std::vector<Span> split(std::string_view text) const;
  /// The words of a part of a text, where steps change it. `starts`: the text starts a sequence:
  /// only then something is put before words.
  std::vector<NormalizedText> apply(NormalizedText part, bool starts) const;

 private:
  enum class Prepend { kNever, kFirst, kAlways };
  struct Step {
    enum class Kind { kSplit, kMetaspace, kSymbols } kind = Kind::kSymbols;
    std::shared_ptr<const SplitStep> split;
    std::string symbol;  ///< of kMetaspace
    Prepend prepend = Prepend::kNever;
  };

  void add(const nlohmann::json& json, const std::string& origin);
  void add_metaspace(const nlohmann::json& json, const std::string& origin);
  void add_split(SplitStep split);
  void add_step(Step step);

  std::vector<Step> steps_;
  bool byte_level_ = false, leaves_bytes_ = false, only_cuts_ = true;
};

}  // namespace toolformer::text
