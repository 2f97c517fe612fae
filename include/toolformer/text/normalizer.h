// SPDX-License-Identifier: Apache-2.0
// Changes of a text before it is cut into words: the normalizers of tokenizer.json.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "toolformer/text/normalized_text.h"

namespace toolformer::text {

class Normalizer {
 public:
  /// `json`: null, Sequence, NFC, Replace (of a string), Prepend. Throws DataError that names any
  /// other component.
  Normalizer(const nlohmann::json& json, const std::string& origin);

  /// `starts`: the text starts a sequence: only then something is put before it.
  NormalizedText apply(std::string_view text, bool starts) const;
  bool changes_nothing() const { return steps_.empty(); }

 private:
  struct Step {
    enum class Kind { kNfc, kReplace, kPrepend } kind;
    std::string pattern, content;
  };
  void add(const nlohmann::json& json, const std::string& origin);

  std::vector<Step> steps_;
};

/// Unicode normalisation form C (UAX #15). Throws DataError when the text is not UTF-8.
NormalizedText to_nfc(std::string_view text);

}  // namespace toolformer::text
