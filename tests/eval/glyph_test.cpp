// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/glyph.h"

#include <gtest/gtest.h>

#include <string>

namespace toolformer::eval {
namespace {

TEST(Glyph, MeansTheSameHoweverItIsSpelled) {
  const auto means = [](std::string_view text) { return glyph_at(text, 0).means; };
  for (const char* minus : {"-", "\u2212", "\u2013", "\u2010", "\u2011", "\uFF0D"}) {
    EXPECT_EQ(means(minus), '-') << minus;
  }
  for (const char* times : {"*", "\u00D7", "\u00B7", "\u22C5"})
    EXPECT_EQ(means(times), '*') << times;
  for (const char* seven : {"7", "\uFF17", "٧", "७"}) EXPECT_EQ(means(seven), '7') << seven;
  for (const char* money : {"$", "€", "₹"}) EXPECT_EQ(means(money), '$') << money;
  for (const char* unread : {"√", "²", "⁻", "∑", "±", "\u2217"}) EXPECT_EQ(means(unread), kUnread);
  for (const char* other : {"→", "∴", "≈", "①", "\u00A7"}) EXPECT_EQ(means(other), 0) << other;
  EXPECT_EQ(means("\u2014"), kLongDash);
  EXPECT_EQ(means("\u00A0"), kThinSpace);
  EXPECT_EQ(means("½"), kFraction);
  EXPECT_EQ(means("\u3000"), ' ');
  EXPECT_EQ(means("é"), 'a');
  EXPECT_EQ(means("E"), 'e');
}

TEST(Glyph, IsFoundFromBothSides) {
  const std::string text =
      "a\u2212€\xff"
      "7";
  EXPECT_EQ(glyph_at(text, 1).size, 3U);
  EXPECT_EQ(glyph_before(text, 4).means, '-');
  EXPECT_EQ(glyph_before(text, 7).means, '$');
  EXPECT_EQ(glyph_before(text, 8).size, 1U);  // a byte of no character
  EXPECT_EQ(glyph_before(text, 9).means, '7');
  EXPECT_EQ(glyph_before(text, 0).size, 0U);
  EXPECT_EQ(glyph_at(text, text.size()).size, 0U);
}

}  // namespace
}  // namespace toolformer::eval
