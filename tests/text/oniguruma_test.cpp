// SPDX-License-Identifier: Apache-2.0
// What the library tokenizers finds with these patterns (Split, Isolated).
#include "toolformer/text/oniguruma.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/refusal.h"
#include "toolformer/base/error.h"
#include "toolformer/text/regex.h"

namespace toolformer::text {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> found(const std::string& pattern, const std::string& text) {
  const Regex regex(pattern, "here");
  RegexScan scan(regex, text);
  std::vector<std::string> out;
  while (const auto span = scan.next()) {
    if (span->end > span->begin) out.push_back(text.substr(span->begin, span->end - span->begin));
  }
  return out;
}

TEST(Oniguruma, EscapesThatPcreReadsDifferently) {
  EXPECT_THAT(found(R"(\h+)", "1f \tGg"), ElementsAre("1f"));
  EXPECT_THAT(found(R"(\H+)", "1f \tGg"), ElementsAre(" \tGg"));
  EXPECT_THAT(found(R"(\v)", "a\v\nb"), ElementsAre("\v"));
  EXPECT_THAT(found(R"(\u00e9)", "é"), ElementsAre("é"));
  EXPECT_THAT(found(R"(\O)", "\n"), ElementsAre("\n"));
  EXPECT_THAT(found(R"(\N)", "a\nb"), ElementsAre("a", "b"));
  EXPECT_THAT(found(R"(\R)", "a\r\n\u2028"), ElementsAre("\r\n", "\u2028"));
  EXPECT_THAT(found(R"(\w+)", "a²"), ElementsAre("a²"));  // superscripts, but not in brackets:
  EXPECT_THAT(found(R"([\w]+)", "a²"), ElementsAre("a"));
}

TEST(Oniguruma, LinesAndTheDot) {
  EXPECT_THAT(found("^.", "ab\ncd\n"), ElementsAre("a", "c"));
  EXPECT_THAT(found(".$", "ab\ncd\n"), ElementsAre("b", "d"));
  EXPECT_THAT(found("(?m:.+)", "a\nb"), ElementsAre("a\nb"));
  EXPECT_THAT(found(".", "\r\u2028"), ElementsAre("\r", "\u2028"));
}

TEST(Oniguruma, OptionsHoldToTheEndOfTheGroup) {
  EXPECT_THAT(found("a(?i)b|c", "aBcaC"), ElementsAre("aB", "aC"));
  EXPECT_THAT(found("(a(?i)b)c", "aBcaBC"), ElementsAre("aBc"));
  EXPECT_THAT(found("(?i:'s|'ll)", "'S'LL'\u017f"), ElementsAre("'S", "'LL", "'\u017f"));
}

TEST(Oniguruma, Repetitions) {
  EXPECT_THAT(found("a{,2}", "aaa"), ElementsAre("aa", "a"));
  EXPECT_THAT(found("a{2}+a", "aaaaa"), ElementsAre("aaaaa"));  // pairs, greedily, not possessive
  EXPECT_THAT(found("ba{2}?", "baab"), ElementsAre("baa", "b"));
  EXPECT_THAT(found("a{x}", "a{x}"), ElementsAre("a{x}"));
  EXPECT_THAT(found("a+*", "aab"), ElementsAre("aa"));
}

TEST(Oniguruma, Classes) {
  EXPECT_THAT(found("[a-z&&[^aeiou]]+", "hello"), ElementsAre("h", "ll"));
  EXPECT_THAT(found("[a[0-2]]+", "a1b3"), ElementsAre("a1"));
  EXPECT_THAT(found(R"([^\S\n]+)", "a \n\tb"), ElementsAre(" ", "\t"));
  EXPECT_THAT(found("[]a]+", "a]b"), ElementsAre("a]"));
  EXPECT_THAT(found("[[:punct:]]+", "a+b$.-"), ElementsAre("+", "$.-"));
  EXPECT_THAT(found(R"(\p{Punct}+)", "a+b$.-"), ElementsAre(".-"));
  EXPECT_THAT(found(R"([\p{^L}]+)", "a1"), ElementsAre("1"));
}

TEST(Oniguruma, NamesWhatItRefuses) {
  const auto refusal = [](const char* pattern) {
    return fake::refusal<base::DataError>([&] { translate_oniguruma(pattern, "file"); });
  };
  EXPECT_THAT(refusal(R"(\X)"), HasSubstr(R"(file: the pattern '\X' has \X (character 2))"));
  const std::vector<std::pair<const char*, const char*>> table = {
      {R"(a\K)", R"(\K)"},
      {R"(\G)", R"(\G)"},
      {R"(\p{Foo})", R"(\p{Foo})"},
      {R"(\pL)", R"(\p without {)"},
      {R"(\k<n>)", R"(\k)"},
      {R"(\1(a))", R"(the reference \1)"},
      {R"(\101)", R"(the reference \1)"},
      {R"(\xe9)", R"(the byte \xe9)"},
      {"(?~a)", "(?~a"},
      {"(?x)a", "(?x)"},
      {"(*FAIL)", "(*FA"},
      {"(?(1)a)", "(?(1"},
      {"a{3,2}", "{3,2}"},
      {"^*", "repetition of a place"},
      {"(?i)ss", "'ss' behind (?i)"},
      {"(?i)é", "the letter é behind (?i)"},
      {R"((?i)[\p{Lu}])", "a set of letters in [ ] behind (?i)"},
      {"[[:foo:]]", "[:foo:]"},
      {"(a", "a ( without its )"},
      {"a)", "a ) without its ("}};
  for (const auto& [pattern, what] : table)
    EXPECT_THAT(refusal(pattern), HasSubstr(what)) << pattern;
}

}  // namespace
}  // namespace toolformer::text
