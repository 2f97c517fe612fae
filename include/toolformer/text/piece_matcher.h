// SPDX-License-Identifier: Apache-2.0
// Finds added tokens in text as Hugging Face's tokenizers do: leftmost first, of those the longest.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "toolformer/text/normalizer.h"
#include "toolformer/text/regex.h"
#include "toolformer/text/tokenizer_spec.h"

namespace toolformer::text {

class PieceMatcher {
 public:
  /// Takes the rules of tokens that are looked for in the text as it stands.
  PieceMatcher(const TokenizerSpec& spec, const std::string& origin);
  /// Takes the rules of those that are looked for behind normalisation, and normalises them too.
  /// Throws DataError for one of which nothing is left.
  PieceMatcher(const TokenizerSpec& spec, const Normalizer& normalizer, const std::string& origin);

  struct Match {
    TokenId id = 0;
    Span span;
  };
  bool empty() const { return empty_; }
  /// All matches from left to right. A control token and one that is no single word are none, but
  /// hide what they overlap. White space that one match took along may be part of the next.
  std::vector<Match> find_all(std::string_view text) const;

 private:
  struct Candidate {
    std::string text;
    MatchRule rule;
    bool control = false;
  };
  void add(std::string text, const MatchRule& rule, bool control);
  void finish();
  const Candidate* candidate_at(std::string_view text, std::size_t at) const;
  bool stands_alone(std::string_view text, Span span) const;

  std::array<std::vector<Candidate>, 256> by_first_byte_;  // the longest first
  std::optional<Regex> word_;                              // a character of a word
  std::string origin_;
  bool empty_ = true;
};

}  // namespace toolformer::text
