// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/statements.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/test_files.h"
#include "toolformer/record/document_reader.h"

namespace toolformer::eval {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Each equation with "true: " or "false: " before it.
std::vector<std::string> equations(std::string_view text) {
  std::vector<std::string> shown;
  for (const Statement& statement : find_equations(text))
    shown.push_back((statement.is_true ? "true: " : "false: ") + statement.text);
  return shown;
}

TEST(Statements, AnEquationIsArithmeticAndANumber) {
  EXPECT_THAT(equations("Natalia sold 48/2 = 24 clips in May."), ElementsAre("true: 48/2 = 24"));
  EXPECT_THAT(equations("so 0.2 x 50 = $11."), ElementsAre("false: 0.2 x 50 = $11"));
  EXPECT_THAT(equations("(2+3)*4 = 20, 10-2-3 = 11"),
              ElementsAre("true: (2+3)*4 = 20", "false: 10-2-3 = 11"));
  EXPECT_THAT(equations("$1,200 × 2 = $2,400"), ElementsAre("true: $1,200 × 2 = $2,400"));
}

TEST(Statements, WhatHasNoArithmeticIsNoEquation) {
  EXPECT_THAT(equations("x = 5, = 7, a+b = 9, 5 = five, 3 + 4 = a few"), IsEmpty());
  EXPECT_THAT(equations("- 5 + 3 = 8"), ElementsAre("true: 5 + 3 = 8"));  // a list item
  EXPECT_THAT(equations("In 2019, 3 + 4 = 7"), ElementsAre("true: 3 + 4 = 7"));
}

TEST(Statements, ChainsAreSeveral) {
  EXPECT_THAT(equations("2 + 3 = 1 + 4 = 6"),
              ElementsAre("true: 2 + 3 = 1 + 4", "false: 1 + 4 = 6"));
}

TEST(Statements, DecimalsMayBeRoundedAndWholeNumbersNot) {
  EXPECT_THAT(equations("10 / 3 = 3.33, 20 / 3 = 6.66, 1/8 = 0.13, 7 / 2 = 4"),
              ElementsAre("true: 10 / 3 = 3.33", "false: 20 / 3 = 6.66", "true: 1/8 = 0.13",
                          "false: 7 / 2 = 4"));
  EXPECT_THAT(
      equations("48 / 320 = 15%, 100 * 48 / 320 = 15%, 48/320 = 0.16"),
      ElementsAre("true: 48 / 320 = 15%", "true: 100 * 48 / 320 = 15%", "false: 48/320 = 0.16"));
}

TEST(Statements, ALeftPartThatIsNotReadIsNotLeftOut) {
  for (const char* text : {"4^2 + 1 = 17",
                           "4 ^ 2 + 1 = 17",
                           "4**2 + 1 = 17",
                           "4 ** 2 + 1 = 17",
                           "4² + 1 = 17",
                           "4² + 1 + 1 = 18",
                           "√9 + 1 = 4",
                           "√ 9 + 1 = 4",
                           "sqrt(9) + 1 = 4",
                           "sqrt 9 + 1 = 4",
                           "3! + 4 + 1 = 11",
                           "|-3| + 4 + 1 = 8",
                           "2 000 + 5 = 2005",
                           "2\u00A0000 + 5 = 2005",
                           "2 1/2 + 1/2 = 3",
                           "2½ + 1 + 1 = 4.5",
                           "6x + 3 = 15",
                           "6x + 3 * 2 = 12",
                           "6y + 3 + 2 = 17",
                           "n - 3 + 5 = 9",
                           "f(2) * 3 + 4 = 10",
                           "a_1 + 3 = 4",
                           "x + 3 + 4 = 9",
                           "7 // 2 + 1 = 4",
                           "17 % 5 + 1 = 3",
                           "10:30 + 2 = 12:30",
                           "10% of 50 + 5 = 10",
                           "1/2 of 10 + 2 = 7",
                           "half of 10 + 2 = 7",
                           "5 times 3 + 2 = 17",
                           "20 divided by 4 + 1 = 6",
                           "twice 3 + 4 = 10",
                           "3 squared + 4 + 1 = 14",
                           "2 \\cdot 3 + 4 = 10",
                           "2 \\times 3 + 4 = 10",
                           "5 plus 3 - 2 = 6",
                           "minus 3 + 5 = 2",
                           "0,5 + 0,5 = 1",
                           "1.000,5 + 1 = 1001,5",
                           "3 dozen + 5 + 1 = 42",
                           "10 : 5 + 1 = 3",
                           "3 \u2217 4 + 1 = 13",
                           "4 choose 2 + 1 = 7",
                           "5 ± 2 + 1 = 8"}) {
    EXPECT_THAT(equations(text), IsEmpty()) << text;
  }
}

TEST(Statements, ARightPartThatIsNotReadIsNotJudged) {
  for (const char* text :
       {"3 + 4 = 5 + 2", "10 - 2 = 2 * 4", "5 + 4 = 3^2", "5 + 4 = 3²", "4 + 4 = 2 ** 3",
        "999 + 1 = 1 000", "3 / 2 = 1,5", "3 + 4 = 7x", "8 - 5 = 3-5", "3 + 4 = √49"}) {
    EXPECT_THAT(equations(text), IsEmpty()) << text;
  }
}

TEST(Statements, NumbersOnTheRightAreReadAsInAnswers) {
  EXPECT_THAT(equations("5 - 8 = \u22123"), ElementsAre("true: 5 - 8 = \u22123"));
  EXPECT_THAT(equations("5 - 8 = \u20133"), ElementsAre("true: 5 - 8 = \u20133"));
  EXPECT_THAT(equations("5 - 8 = 3"), ElementsAre("false: 5 - 8 = 3"));
  EXPECT_THAT(equations("8 - 5 = \u22123"), ElementsAre("false: 8 - 5 = \u22123"));
  EXPECT_THAT(equations("0.25 * 2 = 1/2"), ElementsAre("true: 0.25 * 2 = 1/2"));
  EXPECT_THAT(equations("3 + 0.5 = 3 1/2"), ElementsAre("true: 3 + 0.5 = 3 1/2"));
  EXPECT_THAT(equations("12 * 1000000 = 1.2e7"), ElementsAre("true: 12 * 1000000 = 1.2e7"));
  EXPECT_THAT(equations("50 / 200 = 25 percent"), ElementsAre("true: 50 / 200 = 25 percent"));
  EXPECT_THAT(equations("500 + 500 = €1,000"), ElementsAre("true: 500 + 500 = €1,000"));
}

TEST(Statements, MayStandBehindWordsMarksAndListItems) {
  for (const char* text :
       {"It is 3 + 4 = 7",  "1. 3 + 4 = 7",         "1) 3 + 4 = 7",    "(a) 3 + 4 = 7",
        "* 3 + 4 = 7",      "- 3 + 4 = 7",          "Sum: 3 + 4 = 7",  "**3 + 4 = 7**",
        "so **3 + 4 = 7**", "\"3 + 4 = 7\"",        "(3 + 4 = 7)",     "It had 5.\n3 + 4 = 7",
        "box 3 + 4 = 7",    "a total of 3 + 4 = 7", "Wow! 3 + 4 = 7",  "<<3+4=7>>7",
        "| 3 + 4 = 7 |",    "\u2014 3 + 4 = 7",     "\u201C3 + 4 = 7", "\u2234 3 + 4 = 7",
        "\u2192 3 + 4 = 7", "\u2460 3 + 4 = 7"}) {
    EXPECT_THAT(equations(text), ElementsAre(testing::HasSubstr("true: 3"))) << text;
  }
}

TEST(Statements, AreCounted) {
  StatementCounts counts;
  counts.add(find_statements("1 + 1 = 2, 1 + 1 = 3. Thursday, April 25, 2019."));
  EXPECT_EQ(counts.equations, 2u);
  EXPECT_EQ(counts.true_equations, 1u);
  EXPECT_EQ(counts.dates, 1u);
  EXPECT_EQ(counts.true_dates, 1u);
}

TEST(Statements, NearlyAllOfWhatPeopleWorkedOutIsTrue) {
  const auto file = fake::data_file("gsm8k_train_gold_calls.jsonl.gz");
  if (!file) GTEST_SKIP() << "set TOOLFORMER_SHARED_DATA to a directory with the gold calls";
  record::RunOptions run;
  run.input = {file->string()};
  run.limit = 1000;
  record::DocumentReader reader(run);
  StatementCounts counts;
  while (const auto item = reader.next()) counts.add(find_equations(item->document.text));
  EXPECT_GT(counts.equations, 2500u);
  EXPECT_GT(static_cast<double>(counts.true_equations),
            0.97 * static_cast<double>(counts.equations));
}

}  // namespace
}  // namespace toolformer::eval
