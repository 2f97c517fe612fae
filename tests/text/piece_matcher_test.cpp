// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/piece_matcher.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/refusal.h"
#include "toolformer/base/error.h"

namespace toolformer::text {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TokenizerSpec spec_of(std::vector<std::string> texts, MatchRule rule = {}) {
  TokenizerSpec spec;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    spec.pieces.push_back({texts[i], 0, PieceKind::kUserDefined});
    rule.id = static_cast<TokenId>(i);
    spec.match_rules.push_back(rule);
  }
  return spec;
}

/// "id:begin-end" of all matches.
std::vector<std::string> matches(const PieceMatcher& matcher, const std::string& text) {
  std::vector<std::string> out;
  for (const auto& match : matcher.find_all(text))
    out.push_back(fmt::format("{}:{}-{}", match.id, match.span.begin, match.span.end));
  return out;
}

PieceMatcher raw(const TokenizerSpec& spec) {
  return PieceMatcher(spec, "here");
}

TEST(PieceMatcher, TakesTheLeftmostThenTheLongest) {
  const PieceMatcher matcher = raw(spec_of({"<b>", "\n", "\n\n"}));
  EXPECT_THAT(matches(matcher, "a\n\n\n<b>"), ElementsAre("2:1-3", "1:3-4", "0:4-7"));
  EXPECT_TRUE(matcher.find_all("<b").empty());
  EXPECT_TRUE(matcher.find_all("").empty());
}

TEST(PieceMatcher, TakesOnlyItsRules) {
  const TokenizerSpec normalized = spec_of({"a b"}, {.after_normalization = true});
  EXPECT_TRUE(raw(normalized).empty());
  const Normalizer spaces({{"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", "_"}},
                          "here");
  EXPECT_TRUE(PieceMatcher(spec_of({"a"}), spaces, "here").empty());
  // The token is normalised as the text is.
  EXPECT_THAT(matches(PieceMatcher(normalized, spaces, "here"), "a b a_b"), ElementsAre("0:4-7"));
}

TEST(PieceMatcher, RefusesTokensThatNormalisationMakesEmptyOrEqual) {
  const Normalizer drops({{"type", "Replace"}, {"pattern", {{"String", "x"}}}, {"content", ""}},
                         "here");
  const MatchRule rule{.after_normalization = true};
  EXPECT_THAT(
      fake::refusal<base::DataError>([&] { PieceMatcher(spec_of({"x"}, rule), drops, "f"); }),
      HasSubstr("f: nothing is left of the added token with id 0"));
  EXPECT_THAT(fake::refusal<base::DataError>([&] {
                PieceMatcher(spec_of({"ax", "a"}, rule), drops, "f");
              }),
              HasSubstr("ids 0 and 1 are the same"));
}

// Below: as the library tokenizers 0.23.
TEST(PieceMatcher, StripsWhiteSpaceOfAllKinds) {
  const PieceMatcher strips = raw(spec_of({"<m>"}, {.strip_left = true, .strip_right = true}));
  EXPECT_THAT(matches(strips, "a \t<m>  b"), ElementsAre("0:1-8"));
  EXPECT_THAT(matches(strips, "a\u00a0\u2003<m>\u3000\u0085b"), ElementsAre("0:1-14"));
  EXPECT_THAT(matches(strips, "\u200b<m>\u180e"), ElementsAre("0:3-6"));
  EXPECT_THAT(matches(strips, "<m> <m>"), ElementsAre("0:0-4", "0:4-7"));  // taken once
  const MatchRule both{.strip_left = true, .strip_right = true};
  EXPECT_THAT(matches(raw(spec_of({"<m>", "\n"}, both)), "<m>\n"), ElementsAre("0:0-4"));
}

TEST(PieceMatcher, AsksForBoundariesOfWords) {
  const PieceMatcher word = raw(spec_of({"tool"}, {.single_word = true}));
  EXPECT_THAT(matches(word, "toolbox étool tool_ 2tool tool\u0301 tool\u200d"), ElementsAre());
  EXPECT_THAT(matches(word, "tool\u2019s"), ElementsAre("0:0-4"));
  EXPECT_THAT(matches(word, "\u201ctool\u201d \u2014tool\u2014 tool\u00bd"),
              ElementsAre("0:3-7", "0:14-18", "0:22-26"));
}

TEST(PieceMatcher, WhatIsNoMatchHidesWhatItOverlaps) {
  TokenizerSpec spec = spec_of({"ab", "b c"}, {.single_word = true});
  spec.match_rules[1].single_word = false;
  EXPECT_THAT(matches(raw(spec), "xab c"), ElementsAre());
  EXPECT_THAT(matches(raw(spec), "xb c"), ElementsAre("1:1-4"));
  TokenizerSpec control = spec_of({"<s>", "s>"});
  control.pieces[0].kind = PieceKind::kControl;
  EXPECT_THAT(matches(raw(control), "<s> s>"), ElementsAre("1:4-6"));
}

}  // namespace
}  // namespace toolformer::text
