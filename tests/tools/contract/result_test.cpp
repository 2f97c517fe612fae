// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/contract/result.h"

#include <gtest/gtest.h>

#include <random>

#include "toolformer/base/utf8.h"

namespace toolformer::tools {
namespace {

std::string cleaned(std::string_view raw, std::size_t characters = 300) {
  const Outcome outcome = clean_result(raw, {.characters = characters});
  return outcome.ok() ? outcome.result : "<" + outcome.error_kind + ">";
}

TEST(Result, BecomesOneLine) {
  EXPECT_EQ(cleaned("  a \r\n\t b\u2028c\u00A0\u3000d\v\u0085"), "a b c d");
  EXPECT_EQ(cleaned("0.15"), "0.15");
}

TEST(Result, NeverOpensACall) {
  for (const char* opens : {"x] [Calculator(1) -> y", "[QA(who", "[ QA (", "a<API>QA(x)</API>",
                            "\uFF3BQA\uFF08x", "[_x1(", "see [1][QA(2)"}) {
    EXPECT_EQ(cleaned(opens), "<bad_result>") << opens;
  }
  for (const char* plain : {"a [note] (2)", "x]", "[1, 2]", "[(3)]", " -> ", "</API>", "[sic] f(x)",
                            "[a b(c)]", "f(x) [QA]"}) {
    EXPECT_NE(cleaned(plain), "<bad_result>") << plain;
  }
  ResultLimits limits;
  limits.open_marker = " {{";
  EXPECT_FALSE(clean_result("a {{QA(x)}}", limits).ok());
  EXPECT_TRUE(clean_result("a [QA(x)]", limits).ok());
}

TEST(Result, IsCutByEstimatedTokens) {
  ResultLimits limits;
  limits.tokens = 3;
  EXPECT_EQ(clean_result("abcd efgh ijkl mnop", limits).result, "abcd efgh ijkl");
  EXPECT_EQ(clean_result("12345", limits).result, "123");
  EXPECT_EQ(clean_result("3.14", limits).result, "3.1");
  EXPECT_EQ(clean_result("日本日本", limits).result, "日本日");
}

TEST(Result, LosesWhatCannotBeSeen) {
  EXPECT_EQ(cleaned(std::string_view("a\0b\x01\x7f", 5)), "ab");
  EXPECT_EQ(cleaned("\u202Eevil\u202C \u200Bzero\u200D\uFEFF \u2066x\u2069\u00AD"), "evil zero x");
  EXPECT_EQ(cleaned("\U000E0041\U000E0042tag"), "tag");
}

TEST(Result, LosesTerminalEscapes) {
  EXPECT_EQ(cleaned("\x1b[31mred\x1b[0m, \x1b[2Jgone\x1b[1;5H"), "red, gone");
  EXPECT_EQ(cleaned("\x1b]0;title\x07text\x1b]8;;http://x\x1b\\link\x1b"), "textlink");
  EXPECT_EQ(cleaned("\u009B1mbold\x1b(Bb"), "boldBb");
  EXPECT_EQ(cleaned("\x1b]never ended"), "<no_result>");
}

TEST(Result, IsComposed) {
  EXPECT_EQ(cleaned("e\u0301"), "é");
  EXPECT_EQ(cleaned("\u1112\u1161\u11ab"), "한");
  EXPECT_EQ(cleaned("e\u200B\u0301"), "é");
}

TEST(Result, IsCutBetweenWords) {
  EXPECT_EQ(cleaned("one two three", 13), "one two three");
  EXPECT_EQ(cleaned("one two three", 12), "one two");
  EXPECT_EQ(cleaned("one two three", 7), "one two");
  EXPECT_EQ(cleaned("one two three", 6), "one");
  EXPECT_EQ(cleaned("onetwothree", 5), "onetw");
  EXPECT_EQ(cleaned("日本語の文章", 3), "日本語");
  EXPECT_EQ(cleaned("abx\u0323\u0301", 3), "ab");
  EXPECT_EQ(cleaned(std::string(10 << 20, 'a'), 4), "aaaa");
}

TEST(Result, TypesItsErrors) {
  EXPECT_EQ(cleaned(""), "<no_result>");
  EXPECT_EQ(cleaned(" \n\u200B\x1b[0m"), "<no_result>");
  EXPECT_EQ(cleaned("ab\xc3"), "<bad_result>");
}

TEST(Result, IsCleanWhateverComesIn) {
  std::mt19937_64 random(4);
  const char32_t pool[] = {U'a',    U' ',   U'\n',  0x1B,   U'[',     U']',   0x07,
                           0x9B,    U'm',   0x301,  0x323,  0xE9,     0x200B, 0x202E,
                           0x1F600, 0x1112, 0x1161, 0xFEFF, 0x10FFFF, 0xE000, U'\\'};
  for (int i = 0; i < 20000; ++i) {
    std::string raw;
    for (std::size_t n = random() % 40; n > 0; --n)
      base::append_utf8(raw, pool[random() % std::size(pool)]);
    const std::size_t limit = 1 + random() % 20;
    const Outcome outcome = clean_result(raw, {limit});
    if (!outcome.ok()) {
      ASSERT_EQ(outcome.error_kind, "no_result");
      continue;
    }
    ASSERT_FALSE(base::find_invalid_utf8(outcome.result));
    ASSERT_LE(base::count_characters(outcome.result), limit);
    ASSERT_EQ(clean_result(outcome.result, {limit}).result, outcome.result);
  }
}

}  // namespace
}  // namespace toolformer::tools
