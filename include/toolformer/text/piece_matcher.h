// SPDX-License-Identifier: Apache-2.0
// Finds user-defined pieces in text: leftmost first, of those the longest.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "toolformer/text/regex.h"
#include "toolformer/text/tokenizer_spec.h"

namespace toolformer::text {

class PieceMatcher {
 public:
  /// Takes the rules whose after_normalization is as given.
  PieceMatcher(const TokenizerSpec& spec, bool after_normalization);

  struct Match {
    TokenId id = 0;
    Span span;
  };
  bool empty() const { return empty_; }
  /// The first match that begins at or behind `from`.
  std::optional<Match> find(std::string_view text, std::size_t from) const;

 private:
  struct Candidate {
    std::string text;
    MatchRule rule;
  };
  std::optional<Match> match_at(std::string_view text, std::size_t at, std::size_t from) const;

  std::array<std::vector<Candidate>, 256> by_first_byte_;  // the longest first
  bool empty_ = true;
};

}  // namespace toolformer::text
