// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/regex.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "toolformer/base/error.h"

namespace toolformer::text {
namespace {

using testing::ElementsAre;

std::vector<std::string> matches(const std::string& pattern, const std::string& text) {
  const Regex regex(pattern, "here");
  RegexScan scan(regex, text);
  std::vector<std::string> found;
  while (const auto span = scan.next())
    found.push_back(text.substr(span->begin, span->end - span->begin));
  return found;
}

TEST(Regex, FindsAllMatchesAndEmptyOnesBetweenThem) {
  EXPECT_THAT(matches(R"(\p{L}+)", "añb 12 日本"), ElementsAre("añb", "日本"));
  // In front of a, é and x; the end of xx has a match already.
  EXPECT_THAT(matches("x*", "aéxxb"), ElementsAre("", "", "xx", ""));
  EXPECT_THAT(matches("(?>[^b]+?)e", "xa eb"), ElementsAre(" e"));  // PCRE2 10.42 alone finds none
  EXPECT_TRUE(matches("a", "").empty());
}

TEST(Regex, MatchesTheWholeText) {
  using Answer = Regex::Answer;
  const Regex pattern(R"(\p{L}+(, \p{L}+)*)", "here");
  EXPECT_EQ(pattern.match_whole("one, zwölf", 1000), Answer::kMatches);
  EXPECT_EQ(pattern.match_whole("one, 2", 1000), Answer::kDiffers);
  EXPECT_EQ(pattern.match_whole("one\n", 1000), Answer::kDiffers);
  EXPECT_EQ(pattern.match_whole("", 1000), Answer::kDiffers);
  EXPECT_EQ(Regex("a|ab", "here").match_whole("ab", 1000), Answer::kMatches);
  EXPECT_EQ(Regex("(a+)+\\d", "here").match_whole(std::string(60, 'a') + "c", 100000),
            Answer::kTooHard);
}

TEST(Regex, PcrePatternsAreReadAsTheyStand) {
  using Answer = Regex::Answer;
  EXPECT_EQ(Regex::pcre2(R"((?s)a.\h+)", "here").match_whole("a\n \t", 1000), Answer::kMatches);
  EXPECT_EQ(Regex(R"(a\h+)", "here").match_whole("a1f", 1000), Answer::kMatches);
}

TEST(Regex, SpaceIsUnicodeWhiteSpaceAsInOniguruma) {
  EXPECT_THAT(matches(R"(\s)", "a\u0085\u00a0\u3000b"), ElementsAre("\u0085", "\u00a0", "\u3000"));
  EXPECT_TRUE(matches(R"(\s)", "\u180e\u200b").empty());  // U+180E is a space for PCRE2 alone
  EXPECT_THAT(matches(R"([^\s\p{L}]+)", "a\u180e\u00a0b"), ElementsAre("\u180e"));
  EXPECT_THAT(matches(R"(\s+(?!\S))", "a  b "), ElementsAre(" ", " "));
}

TEST(Regex, WordIncludesMarksAsInOniguruma) {
  EXPECT_THAT(matches(R"(\w+)", "e\u0301_1-👍"), ElementsAre("e\u0301_1"));
}

TEST(Regex, CaseCanBeIgnoredInAGroup) {
  EXPECT_THAT(matches("(?i:'s|'ll)", "it's I'LL 'T"), ElementsAre("'s", "'LL"));
}

TEST(Regex, TenMegabytesOfOneLetterAreOneWord) {
  const std::string text(10'000'000, 'a');
  EXPECT_EQ(matches(R"('s| ?\p{L}+|\s+(?!\S)|\s+)", text).size(), 1u);
  EXPECT_EQ(matches(R"(\s*[\r\n]+|\s+(?!\S)|\s+)", std::string(1'000'000, ' ')).size(), 1u);
  EXPECT_EQ(matches("(?:a|b)+", text).size(), 1u);  // a group takes stack for every turn
}

TEST(Regex, NamesPatternsThatDoNotCompile) {
  try {
    Regex("(a", "tokenizer.json");
    FAIL();
  } catch (const base::DataError& error) {
    EXPECT_THAT(error.what(),
                testing::HasSubstr("tokenizer.json: the pattern '(a' has a ( without its )"));
  }
}

}  // namespace
}  // namespace toolformer::text
