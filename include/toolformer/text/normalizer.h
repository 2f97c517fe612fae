// SPDX-License-Identifier: Apache-2.0
// Changes of a text before it is cut into words: the normalizers of tokenizer.json, with the way
// back to the source.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace toolformer::text {

/// A changed text and, for every boundary between its bytes, the boundary of the source it stands
/// for.
struct NormalizedText {
  std::string text;
  std::vector<std::size_t> source;  ///< [text.size() + 1]; empty: the text is the source

  std::size_t source_of(std::size_t boundary) const {
    return source.empty() ? boundary : source[boundary];
  }
};

class Normalizer {
 public:
  /// `normalizer`: null, Sequence, NFC, Replace (of a string), Prepend. Throws DataError that names
  /// any other component. `pre_tokenizer`: a Metaspace changes the text too, and that part is done
  /// here.
  Normalizer(const nlohmann::json& normalizer, const nlohmann::json& pre_tokenizer,
             const std::string& origin);

  /// `starts`: the text starts a sequence: only then something is put before it. `first`: it is the
  /// first part of the text (user-defined pieces cut a text into parts).
  NormalizedText apply(std::string_view text, bool starts, bool first) const;
  bool changes_nothing() const { return steps_.empty(); }

 private:
  struct Step {
    enum class Kind { kNfc, kReplace, kPrepend } kind;
    std::string pattern, content;
    bool first_only = false, unless_present = false;  ///< of kPrepend
  };
  void add(const nlohmann::json& json, const std::string& origin);
  void add_metaspace(const nlohmann::json& json, const std::string& origin);

  std::vector<Step> steps_;
};

/// Unicode normalisation form C (UAX #15). Throws DataError when the text is not UTF-8.
NormalizedText to_nfc(std::string_view text);

}  // namespace toolformer::text
