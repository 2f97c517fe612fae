// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/piece_matcher.h"

#include <algorithm>

#include "toolformer/base/ascii.h"
#include "toolformer/base/utf8.h"

namespace toolformer::text {

namespace {

bool is_ascii_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/// Letters, digits and everything that is not ASCII count as parts of a word.
bool is_word_byte(char c) {
  return base::is_digit(c) || base::is_letter(c) || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

PieceMatcher::PieceMatcher(const TokenizerSpec& spec, bool after_normalization) {
  for (const MatchRule& rule : spec.match_rules) {
    const Piece& piece = spec.pieces.at(static_cast<std::size_t>(rule.id));
    if (rule.after_normalization != after_normalization || piece.text.empty()) continue;
    by_first_byte_[static_cast<unsigned char>(piece.text[0])].push_back({piece.text, rule});
    empty_ = false;
  }
  for (auto& candidates : by_first_byte_) {
    std::stable_sort(
        candidates.begin(), candidates.end(),
        [](const Candidate& a, const Candidate& b) { return a.text.size() > b.text.size(); });
  }
}

std::optional<PieceMatcher::Match> PieceMatcher::find(std::string_view text,
                                                      std::size_t from) const {
  if (empty_) return std::nullopt;
  for (std::size_t at = from; at < text.size(); ++at) {
    if (by_first_byte_[static_cast<unsigned char>(text[at])].empty()) continue;
    if (const auto match = match_at(text, at, from)) return match;
  }
  return std::nullopt;
}

std::optional<PieceMatcher::Match> PieceMatcher::match_at(std::string_view text, std::size_t at,
                                                          std::size_t from) const {
  for (const Candidate& candidate : by_first_byte_[static_cast<unsigned char>(text[at])]) {
    if (!text.substr(at).starts_with(candidate.text)) continue;
    Span span{at, at + candidate.text.size()};
    if (candidate.rule.single_word && ((span.begin > 0 && is_word_byte(text[span.begin - 1])) ||
                                       (span.end < text.size() && is_word_byte(text[span.end])))) {
      continue;
    }
    while (candidate.rule.strip_left && span.begin > from && is_ascii_space(text[span.begin - 1]))
      --span.begin;
    while (candidate.rule.strip_right && span.end < text.size() && is_ascii_space(text[span.end]))
      ++span.end;
    return Match{candidate.rule.id, span};
  }
  return std::nullopt;
}

}  // namespace toolformer::text
