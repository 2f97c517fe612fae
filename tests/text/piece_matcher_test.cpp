// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/piece_matcher.h"

#include <gtest/gtest.h>

namespace toolformer::text {
namespace {

TokenizerSpec spec_of(std::vector<std::string> texts, MatchRule rule = {}) {
  TokenizerSpec spec;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    spec.pieces.push_back({texts[i], 0, PieceKind::kUserDefined});
    rule.id = static_cast<TokenId>(i);
    spec.match_rules.push_back(rule);
  }
  return spec;
}

TEST(PieceMatcher, TakesTheLeftmostThenTheLongest) {
  const PieceMatcher matcher(spec_of({"<b>", "\n", "\n\n"}), false);
  const auto match = matcher.find("a\n\n\n<b>", 0);
  ASSERT_TRUE(match);
  EXPECT_EQ(match->id, 2);
  EXPECT_EQ(match->span.begin, 1u);
  EXPECT_EQ(match->span.end, 3u);
  EXPECT_EQ(matcher.find("a\n\n\n<b>", 3)->id, 1);
  EXPECT_EQ(matcher.find("a\n\n\n<b>", 4)->id, 0);
  EXPECT_FALSE(matcher.find("<b", 0));
  EXPECT_FALSE(matcher.find("", 0));
}

TEST(PieceMatcher, TakesOnlyItsRules) {
  EXPECT_TRUE(PieceMatcher(spec_of({"a"}), true).empty());
  EXPECT_FALSE(PieceMatcher(spec_of({"a"}, {.after_normalization = true}), true).empty());
}

TEST(PieceMatcher, StripsAndAsksForWordBoundaries) {
  const PieceMatcher strips(spec_of({"<m>"}, {.strip_left = true, .strip_right = true}), false);
  const auto match = strips.find("a \t<m>  b", 0);
  EXPECT_EQ(match->span.begin, 1u);
  EXPECT_EQ(match->span.end, 8u);
  EXPECT_EQ(strips.find("a \t<m>  b", 2)->span.begin, 2u);  // what was taken already stays taken
  const PieceMatcher word(spec_of({"yes"}, {.single_word = true}), false);
  EXPECT_FALSE(word.find("yesterday eyes yesé", 0));
  EXPECT_EQ(word.find("yesno yes.", 0)->span.begin, 6u);
}

}  // namespace
}  // namespace toolformer::text
