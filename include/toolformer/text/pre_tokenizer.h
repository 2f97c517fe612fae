// SPDX-License-Identifier: Apache-2.0
// Cuts a text into the words within which BPE merges: the pre-tokenizers of tokenizer.json.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "toolformer/text/regex.h"

namespace toolformer::text {

/// One step of cutting. Matches of the pattern are words of their own, or go to a neighbour.
struct SplitStep {
  enum class Behavior { kIsolated, kMergedWithPrevious, kMergedWithNext, kContiguous };
  Regex regex;
  Behavior behavior = Behavior::kIsolated;
  bool invert = false;  ///< the pattern describes the words, not what stands between them
};

class PreTokenizer {
 public:
  /// `json`: the pre_tokenizer of tokenizer.json: null, Sequence, Split, Digits, ByteLevel,
  /// Metaspace. Throws DataError that names `origin` and any other component or option.
  PreTokenizer(const nlohmann::json& json, const std::string& origin);

  bool byte_level() const { return byte_level_; }
  /// The words of the text; they cover it.
  std::vector<Span> split(std::string_view text) const;

 private:
  void add(const nlohmann::json& json, const std::string& origin);

  std::vector<SplitStep> steps_;
  bool byte_level_ = false;
};

/// The pre_tokenizer that a GGUF file's tokenizer.ggml.pre stands for, as tokenizer.json writes it;
/// null for a name that is not known.
nlohmann::json pre_tokenizer_of_gguf(std::string_view name);

}  // namespace toolformer::text
