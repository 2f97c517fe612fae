// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/piece_matcher.h"

#include <algorithm>

#include "toolformer/base/error.h"
#include "toolformer/base/utf8.h"

namespace toolformer::text {

namespace {

/// Bytes of the White_Space character that begins there (0: none).
std::size_t blank_at(std::string_view text, std::size_t at) {
  if (at >= text.size()) return 0;
  const char c = text[at];
  if (c == ' ' || (c >= '\t' && c <= '\r')) return 1;
  constexpr std::array<std::string_view, 19> kBeyondAscii = {
      "\u0085", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003",
      "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200a",
      "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"};
  for (const std::string_view blank : kBeyondAscii) {
    if (text.substr(at).starts_with(blank)) return blank.size();
  }
  return 0;
}

std::size_t character_before(std::string_view text, std::size_t end) {
  std::size_t at = end - 1;
  while (at > 0 && !base::is_character_boundary(text, at)) --at;
  return at;
}

/// Bytes of the White_Space character that ends there (0: none).
std::size_t blank_before(std::string_view text, std::size_t end) {
  if (end == 0) return 0;
  const std::size_t at = character_before(text, end);
  return blank_at(text, at) == end - at ? end - at : 0;
}

}  // namespace

PieceMatcher::PieceMatcher(const TokenizerSpec& spec, const std::string& origin) : origin_(origin) {
  for (const bool control : {true, false}) {
    for (const MatchRule& rule : spec.match_rules) {
      const Piece& piece = spec.pieces.at(static_cast<std::size_t>(rule.id));
      if ((piece.kind == PieceKind::kControl) == control && !rule.after_normalization)
        add(piece.text, rule, control);
    }
  }
  finish();
}

PieceMatcher::PieceMatcher(const TokenizerSpec& spec, const Normalizer& normalizer,
                           const std::string& origin)
    : origin_(origin) {
  for (const bool control : {true, false}) {
    for (const MatchRule& rule : spec.match_rules) {
      const Piece& piece = spec.pieces.at(static_cast<std::size_t>(rule.id));
      if ((piece.kind == PieceKind::kControl) == control && rule.after_normalization)
        add(normalizer.apply(piece.text, /*starts=*/true).text, rule, control);
    }
  }
  finish();
}

void PieceMatcher::add(std::string text, const MatchRule& rule, bool control) {
  if (text.empty())
    base::throw_error<base::DataError>(
        "{}: nothing is left of the added token with id {} when it "
        "is normalised",
        origin_, rule.id);
  auto& candidates = by_first_byte_[static_cast<unsigned char>(text[0])];
  for (const Candidate& other : candidates) {
    if (other.text == text)
      base::throw_error<base::DataError>(
          "{}: the added tokens with the ids {} and {} are the same "
          "when they are normalised",
          origin_, other.rule.id, rule.id);
  }
  if (rule.single_word && !word_) word_.emplace(R"([[:word:]\x{200c}\x{200d}])", origin_);
  candidates.push_back({std::move(text), rule, control});
  empty_ = false;
}

void PieceMatcher::finish() {
  for (auto& candidates : by_first_byte_) {
    std::stable_sort(
        candidates.begin(), candidates.end(),
        [](const Candidate& a, const Candidate& b) { return a.text.size() > b.text.size(); });
  }
}

const PieceMatcher::Candidate* PieceMatcher::candidate_at(std::string_view text,
                                                          std::size_t at) const {
  for (const Candidate& candidate : by_first_byte_[static_cast<unsigned char>(text[at])]) {
    if (text.substr(at).starts_with(candidate.text)) return &candidate;
  }
  return nullptr;
}

bool PieceMatcher::stands_alone(std::string_view text, Span span) const {
  constexpr std::uint32_t kSteps = 100;
  const auto is_word = [&](std::size_t begin, std::size_t end) {
    return word_->match_whole(text.substr(begin, end - begin), kSteps) == Regex::Answer::kMatches;
  };
  if (span.begin > 0 && is_word(character_before(text, span.begin), span.begin)) return false;
  return span.end == text.size() ||
         !is_word(span.end, span.end + base::utf8_length(text, span.end));
}

std::vector<PieceMatcher::Match> PieceMatcher::find_all(std::string_view text) const {
  std::vector<Match> matches;
  if (empty_) return matches;
  std::size_t taken = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Candidate* candidate = candidate_at(text, at);
    if (candidate == nullptr) {
      ++at;
      continue;
    }
    Span span{at, at + candidate->text.size()};
    at = span.end;
    if (candidate->control) continue;
    const MatchRule& rule = candidate->rule;
    if (rule.single_word && !stands_alone(text, span)) continue;
    if (rule.strip_left) {
      while (const std::size_t size = blank_before(text, span.begin)) span.begin -= size;
      span.begin = std::min(std::max(span.begin, taken), span.end);
    }
    while (const std::size_t size = rule.strip_right ? blank_at(text, span.end) : 0)
      span.end += size;
    taken = span.end;
    // Nothing is left of white space that the match before has taken along.
    if (span.begin < span.end) matches.push_back({rule.id, span});
  }
  return matches;
}

}  // namespace toolformer::text
