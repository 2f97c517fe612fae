// SPDX-License-Identifier: Apache-2.0
// Members as the library tokenizers has them: all code points were compared with it.
#include "toolformer/text/character_sets.h"

#include <gtest/gtest.h>

#include "toolformer/text/regex.h"

namespace toolformer::text {
namespace {

bool matches(const std::string& pattern, const std::string& character) {
  return Regex(pattern, "here").match_whole(character, 1000) == Regex::Answer::kMatches;
}

TEST(CharacterSets, FollowUnicode16) {
  EXPECT_TRUE(matches(R"(\p{L})", "\U000323af"));  // CJK Extension H, Unicode 15
  EXPECT_TRUE(matches(R"(\p{Lu})", "\u1c89"));     // Cyrillic, Unicode 16
  EXPECT_TRUE(matches(R"(\d)", "\U00016d70"));     // Kirat Rai digit
  EXPECT_TRUE(matches(R"(\p{S})", "\U0001fae9"));  // face with bags under eyes
  EXPECT_FALSE(matches(R"(\p{Cn})", "\U0001fae9"));
  EXPECT_TRUE(matches(R"(\p{Cn})", "\U000e0080"));
  EXPECT_FALSE(matches(R"([^\p{L}\p{N}])", "\U000323af"));
}

TEST(CharacterSets, HaveTheirNames) {
  EXPECT_TRUE(property_set("Lu", false) && property_set(" uppercase_letter ", false));
  EXPECT_TRUE(property_set("^L", false)->negated);
  EXPECT_FALSE(property_set("Script=Han", false));
  EXPECT_FALSE(posix_set("foo"));
  EXPECT_FALSE(shorthand_set('k', false));
  EXPECT_TRUE(shorthand_set('S', false)->negated);
}

TEST(CharacterSets, WordsHaveMarksAndCircledLetters) {
  for (const char* character : {"a", "\u0301", "_", "٣", "Ⅷ", "ⓐ", "²"})
    EXPECT_TRUE(matches(R"(\w)", character)) << character;
  for (const char* character : {"²", "-", "\u200d", "👍"})
    EXPECT_FALSE(matches(R"([\w])", character)) << character;
}

TEST(CharacterSets, ScriptsHaveNoExtensions) {
  EXPECT_TRUE(matches(R"(\p{Han})", "漢"));
  EXPECT_FALSE(matches(R"(\p{Han})", "、"));  // an extension of Han, but Common
}

}  // namespace
}  // namespace toolformer::text
