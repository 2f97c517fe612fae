// SPDX-License-Identifier: Apache-2.0
#include "toolformer/base/utf8.h"

#include <gtest/gtest.h>

namespace toolformer::base {
namespace {

TEST(Utf8, AcceptsEveryCodePointAndNothingElse) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    std::string text;
    append_utf8(text, c);
    const bool surrogate = c >= 0xD800 && c <= 0xDFFF;
    ASSERT_EQ(find_invalid_utf8(text).has_value(), surrogate)
        << std::hex << static_cast<unsigned>(c);
    if (!surrogate) {
      ASSERT_EQ(utf8_length(text, 0), text.size());
      ASSERT_EQ(count_characters(text), 1U);
    }
  }
}

TEST(Utf8, FindsTheFirstBadByte) {
  EXPECT_EQ(find_invalid_utf8("plain ascii, long enough for words"), std::nullopt);
  EXPECT_EQ(find_invalid_utf8("0123456789\xFFx"), 10U);
  EXPECT_EQ(find_invalid_utf8("\xC3\xA9\xC0\xAF"), 2U) << "overlong slash";
  EXPECT_EQ(find_invalid_utf8("\xE0\x80\xAF"), 0U) << "overlong in three bytes";
  EXPECT_EQ(find_invalid_utf8("\xF4\x90\x80\x80"), 0U) << "above U+10FFFF";
  EXPECT_EQ(find_invalid_utf8("\xED\xA0\x80"), 0U) << "surrogate";
  EXPECT_EQ(find_invalid_utf8("ab\xE2\x82"), 2U) << "cut off";
  EXPECT_EQ(find_invalid_utf8("\x80"), 0U) << "continuation alone";
}

TEST(Utf8, CharacterBoundaries) {
  const std::string_view text = "a\xC3\xA9z";
  EXPECT_TRUE(is_character_boundary(text, 0));
  EXPECT_TRUE(is_character_boundary(text, 1));
  EXPECT_FALSE(is_character_boundary(text, 2));
  EXPECT_TRUE(is_character_boundary(text, 4));
  EXPECT_FALSE(is_character_boundary(text, 5));
  EXPECT_EQ(count_characters(text), 3U);
}

TEST(Utf8, ReplacesWhatIsNoCharacter) {
  EXPECT_EQ(replace_invalid_utf8("a\xC3\xA9z"), "a\xC3\xA9z");
  EXPECT_EQ(replace_invalid_utf8("a\xE2\x82z\xFF"), "a\xEF\xBF\xBD\xEF\xBF\xBDz\xEF\xBF\xBD");
}

TEST(Utf8, KnowsACharacterThatIsNotComplete) {
  EXPECT_EQ(unfinished_utf8(""), 0U);
  EXPECT_EQ(unfinished_utf8("a"), 0U);
  EXPECT_EQ(unfinished_utf8("a\xE2"), 1U);
  EXPECT_EQ(unfinished_utf8("a\xE2\x82"), 2U);
  EXPECT_EQ(unfinished_utf8("a\xE2\x82\xAC"), 0U);
  EXPECT_EQ(unfinished_utf8("\xF0\x9F\x99"), 3U);
  EXPECT_EQ(unfinished_utf8("\xC3\xA9"), 0U);
  EXPECT_EQ(unfinished_utf8("\x82\x82\x82\x82"), 0U) << "begins nothing";
}

}  // namespace
}  // namespace toolformer::base
