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
