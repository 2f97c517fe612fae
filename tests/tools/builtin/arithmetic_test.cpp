// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/builtin/arithmetic.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "fake/temporary_directory.h"

namespace toolformer::tools {
namespace {

using testing::HasSubstr;

/// The printed value, or "kind: message".
std::string outcome(const std::string& expression) {
  const ArithmeticResult result = evaluate(expression);
  if (const auto* error = std::get_if<ArithmeticError>(&result))
    return error->kind + ": " + error->message;
  return print_rounded(std::get<mpq_class>(result), 2);
}

TEST(Arithmetic, FollowsPrecedenceFromTheLeft) {
  EXPECT_EQ(outcome("10-2-3"), "5");
  EXPECT_EQ(outcome("8/4/2"), "1");
  EXPECT_EQ(outcome("1/3*3"), "1");
  EXPECT_EQ(outcome("3*-2"), "-6");
  EXPECT_EQ(outcome("(2-3)*4"), "-4");
  EXPECT_EQ(outcome("2 + 3 * 4 - 6 / 2"), "11");
  EXPECT_EQ(outcome("-(2+3)*--4"), "-20");
  EXPECT_EQ(outcome(" ( ( 7 ) ) "), "7");
  EXPECT_EQ(outcome("0.1 + 0.2 - 0.3"), "0");
  EXPECT_EQ(outcome("0 * -1"), "0");
}

TEST(Arithmetic, ReadsNumbersAsPeopleWriteThem) {
  EXPECT_EQ(outcome("1,234,567.5 * 2"), "2469135");
  EXPECT_EQ(outcome(".5 + 5."), "5.50");
  EXPECT_EQ(outcome("$3.50 * 4"), "14");
  EXPECT_EQ(outcome("$100 - $ 45"), "55");
  EXPECT_EQ(outcome("-$3 + €0"), "bad_input: two currencies: € after $ (byte 6)");
  EXPECT_EQ(outcome("15% * 320"), "48");
  EXPECT_EQ(outcome("(10 + 5)% / 3"), "0.05");
  EXPECT_EQ(outcome("50%%"), "0.01");
  EXPECT_EQ(outcome("3 × 4 ÷ 2 − 1 – 1"), "4");
  EXPECT_EQ(outcome("3 x 4 X 2 · 1"), "24");
  EXPECT_EQ(outcome("7\u00A0+\t1\n"), "8");
  EXPECT_EQ(outcome("007"), "7");
}

TEST(Arithmetic, SaysWhereItCannotGoOn) {
  EXPECT_EQ(outcome("48 / lamps"), "bad_input: not a number: lamps (byte 5)");
  EXPECT_EQ(outcome(""), "bad_input: a number is missing at the end (byte 0)");
  EXPECT_EQ(outcome("2 +"), "bad_input: a number is missing at the end (byte 3)");
  EXPECT_EQ(outcome("48 / 320 ="), "bad_input: an operator expected at byte 9, got `=`");
  EXPECT_EQ(outcome("2 ** 3"), "bad_input: a number expected at byte 3, got `*`");
  EXPECT_EQ(outcome("7 // 2"), "bad_input: a number expected at byte 3, got `/`");
  EXPECT_EQ(outcome("2 ^ 3"), "bad_input: an operator expected at byte 2, got `^`");
  EXPECT_EQ(outcome("5 % 3"), "bad_input: an operator expected at byte 4, got `3`");
  EXPECT_EQ(outcome("1e308*10"), "bad_input: not a number: e (byte 1)");
  EXPECT_EQ(outcome("1..2"), "bad_input: an operator expected at byte 2, got `.`");
  EXPECT_EQ(outcome("1,5"),
            "bad_input: commas separate groups of three digits, as in 1,234 (number at byte 0)");
  EXPECT_EQ(outcome("1234,567"),
            "bad_input: commas separate groups of three digits, as in 1,234 (number at byte 0)");
  EXPECT_EQ(outcome("1,234,"),
            "bad_input: commas separate groups of three digits, as in 1,234 (number at byte 0)");
  EXPECT_EQ(outcome("0x10"), "bad_input: hexadecimal numbers are not read (byte 0)");
  EXPECT_EQ(outcome("2(3)"), "bad_input: an operator expected at byte 1, got `(`");
  EXPECT_EQ(outcome("(1 + 2"), "bad_input: the ( at byte 0 is not closed");
  EXPECT_EQ(outcome("(1 + 2]"), "bad_input: an operator or ) expected at byte 6, got `]`");
  EXPECT_EQ(outcome("1)"), "bad_input: an operator expected at byte 1, got `)`");
  EXPECT_EQ(outcome("import os"), "bad_input: not a number: import (byte 0)");
  EXPECT_EQ(outcome("٣ + 1"), "bad_input: a number expected at byte 0, got `٣`");
  EXPECT_EQ(outcome("1 + \xff"), "bad_input: byte 4 is not UTF-8");
  EXPECT_EQ(outcome("."), "bad_input: a number expected at byte 0, got `.`");
}

TEST(Arithmetic, AnXBeforeASignIsAVariable) {
  for (const char* text : {"7x + 2", "7x+2", "7 x + 2", "9X - 4", "9x \u2212 4", "7x - 2 * 3",
                           "4 * 3x + 1", "(2)x - 1", "6 x", "x * 2", "6x -3", "6 x- 3", "6x%"}) {
    EXPECT_THAT(outcome(text), HasSubstr("bad_input: ")) << text;
  }
  EXPECT_EQ(outcome("7x + 2"), "bad_input: not a number: x (byte 1)");
  EXPECT_EQ(outcome("6 x -3"), "-18");
  EXPECT_EQ(outcome("6 x \u22123"), "-18");
  EXPECT_EQ(outcome("6x3"), "18");
  EXPECT_EQ(outcome("6 x $3"), "18");
  EXPECT_EQ(outcome("6x(1 + 2)"), "18");
  EXPECT_EQ(outcome("6 x .5"), "3");
}

TEST(Arithmetic, ACommaBehindZeroSeparatesNoThousands) {
  for (const char* text :
       {"0,250", "000,250", "0,250 * 4", "2 + 0,750", "01,234", "-0,125", "$0,990", "00,100"}) {
    EXPECT_THAT(outcome(text), HasSubstr("separates no thousands")) << text;
  }
  EXPECT_EQ(outcome("10,250"), "10250");
  EXPECT_EQ(outcome("1,000,000"), "1000000");
}

TEST(Arithmetic, ADateIsNoSubtraction) {
  EXPECT_THAT(outcome("2024-02-29"), HasSubstr("bad_input: a date"));
  EXPECT_EQ(outcome("2024-02-2"), "2020");
  EXPECT_EQ(outcome("2024 - 02 - 29"), "1993");
}

TEST(Arithmetic, TypesWhatHasNoValue) {
  EXPECT_EQ(outcome("1 / 0"), "division_by_zero: division by zero at byte 2");
  EXPECT_EQ(outcome("0 / (2 - 2)"), "division_by_zero: division by zero at byte 2");
  EXPECT_THAT(outcome(std::string(31, '9')), HasSubstr("out_of_range"));
  EXPECT_EQ(outcome(std::string(30, '9')), std::string(30, '9'));
  EXPECT_THAT(outcome(std::string(513, '1')), HasSubstr("513 bytes"));
  EXPECT_THAT(outcome(std::string(200, '(')), HasSubstr("more than 64 parentheses"));
  EXPECT_EQ(outcome(std::string(511, '-') + "1"), "-1");
}

std::string rounded(const char* fraction, int decimals) {
  return print_rounded(mpq_class(fraction), decimals);
}

TEST(Arithmetic, RoundsHalvesAwayFromZero) {
  EXPECT_EQ(rounded("3/20", 2), "0.15");
  EXPECT_EQ(rounded("37/10", 2), "3.70");
  EXPECT_EQ(rounded("1/8", 2), "0.13");
  EXPECT_EQ(rounded("-1/8", 2), "-0.13");
  EXPECT_EQ(rounded("735/499", 2), "1.47");
  EXPECT_EQ(rounded("2999/1000", 2), "3.00");
  EXPECT_EQ(rounded("-1/1000", 2), "0.00");
  EXPECT_EQ(rounded("5/2", 0), "3");
  EXPECT_EQ(rounded("-5/2", 0), "-3");
  EXPECT_EQ(rounded("1/3", 6), "0.333333");
  EXPECT_EQ(rounded("-7", 2), "-7");
}

/// Expressions that both this parser and Python read, without a zero divisor being excluded.
std::string random_expression(std::mt19937_64& random, int depth) {
  if (depth == 0 || random() % 4 == 0) {
    std::string number = std::to_string(random() % 1000);
    if (random() % 3 == 0) number += fmt::format(".{}", random() % 100);
    if (random() % 8 == 0) number = fmt::format(".{}", random() % 100);
    return (random() % 6 == 0 ? "-" : "") + number;
  }
  const char* const operators[] = {"+", "-", "*", "/", " + ", " - ", " * ", " / "};
  const std::string inner = random_expression(random, depth - 1) + operators[random() % 8] +
                            random_expression(random, depth - 1);
  return random() % 2 == 0 ? "(" + inner + ")" : inner;
}

// Reads numbers as fractions, so that nothing is ever rounded.
constexpr const char* kPython = R"python(import re, sys
from fractions import Fraction as F
for line in sys.stdin:
    try:
        v = eval(re.sub(r'\d*\.\d+|\d+', lambda m: f"F('{m.group()}')", line))
        print(v.numerator, v.denominator)
    except ZeroDivisionError:
        print('zero')
)python";

TEST(Arithmetic, AgreesWithPythonOnRandomExpressions) {
  if (std::system("python3 -c 'import fractions' 2>/dev/null") != 0)
    GTEST_SKIP() << "no python3 here";
  const fake::TemporaryDirectory directory;
  const std::string stem = directory / "arithmetic";
  std::mt19937_64 random(7);
  std::vector<std::string> expressions;
  std::ofstream input(stem + ".txt");
  while (expressions.size() < 100000) {
    expressions.push_back(random_expression(random, 3));
    input << expressions.back() << '\n';
  }
  input.close();
  std::ofstream(stem + ".py") << kPython;
  ASSERT_EQ(std::system(("python3 " + stem + ".py < " + stem + ".txt > " + stem + ".out").c_str()),
            0);
  std::ifstream answers(stem + ".out");
  std::size_t zeros = 0;
  for (const std::string& expression : expressions) {
    std::string answer;
    ASSERT_TRUE(std::getline(answers, answer));
    const ArithmeticResult result = evaluate(expression);
    if (const auto* value = std::get_if<mpq_class>(&result)) {
      ASSERT_EQ(value->get_num().get_str() + " " + value->get_den().get_str(), answer)
          << expression;
    } else {
      ASSERT_EQ(std::get<ArithmeticError>(result).kind, answer == "zero" ? "division_by_zero" : "?")
          << expression;
      ++zeros;
    }
  }
  EXPECT_GT(zeros, 10U);
  for (const char* suffix : {".txt", ".py", ".out"}) std::remove((stem + suffix).c_str());
}

TEST(Arithmetic, SurvivesHostileInput) {
  const std::vector<std::string> pieces = {"(",           ")",
                                           "+",           "-",
                                           "*",           "/",
                                           "%",           "1",
                                           "9999999999",  ".",
                                           ",",           "1,000",
                                           "$",           "€",
                                           "×",           "x",
                                           "0x",          "e9",
                                           " ",           "\n",
                                           "\xc3",        std::string(1, '\0'),
                                           "((((",        "/3",
                                           "import",      "1/7+",
                                           "٣",           "\u202E",
                                           "0.0000000001"};
  std::mt19937_64 random(8);
  for (int i = 0; i < 10000; ++i) {
    std::string text;
    for (std::size_t n = random() % 150; n > 0; --n) text += pieces[random() % pieces.size()];
    const ArithmeticResult result = evaluate(text);
    if (const auto* error = std::get_if<ArithmeticError>(&result)) {
      EXPECT_FALSE(error->kind.empty());
      EXPECT_FALSE(error->message.empty());
    }
  }
}

TEST(Arithmetic, KnowsWhatNoExpressionBeginsLike) {
  for (const char* beginning : {"", "4", "48 /", "48 / (3", "(1 + 2) * ", "$1,234.5", "50%", "3 x",
                                "3 \u00D7", "\xc3", "3 \u2212 1", "\xe2\x82", "2\u00a0+"})
    EXPECT_TRUE(may_begin_expression(beginning)) << beginning;
  for (const char* beginning :
       {"48 / l", "lamps", "3 = ", "1)", "(1))", "2 + [", "2^", "\xc3\xa9", "1e5", "3 \u00E9"})
    EXPECT_FALSE(may_begin_expression(beginning)) << beginning;
  EXPECT_TRUE(may_begin_expression("((", {.nesting = 2}));
  EXPECT_FALSE(may_begin_expression("(((", {.nesting = 2}));
  EXPECT_FALSE(may_begin_expression("1 + 1", {.bytes = 4}));
}

/// Nothing that can be computed is ever ruled out on the way there.
TEST(Arithmetic, WhatCanBeReadMayBegin) {
  const std::vector<std::string> pieces = {
      "(", ")", "+", "-", "*", "/", "%", "1", "9", ".",      "1,000",  "$", "€",
      "×", "x", "X", "·", "÷", "−", "–", " ", "a", "\u00A0", "\u202F", "=", "£"};
  std::mt19937_64 random(9);
  int read = 0;
  for (int i = 0; i < 200000; ++i) {
    std::string text;
    for (std::size_t n = 1 + random() % 7; n > 0; --n) text += pieces[random() % pieces.size()];
    const ArithmeticResult result = evaluate(text);
    const auto* error = std::get_if<ArithmeticError>(&result);
    if (error != nullptr && error->kind == "bad_input") continue;
    ++read;
    for (std::size_t n = 0; n <= text.size(); ++n)
      ASSERT_TRUE(may_begin_expression(std::string_view(text).substr(0, n))) << text << " to " << n;
  }
  EXPECT_GT(read, 1000);
}

}  // namespace
}  // namespace toolformer::tools
