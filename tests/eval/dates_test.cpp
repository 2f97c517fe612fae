// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "toolformer/eval/statements.h"

namespace toolformer::eval {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> dates(std::string_view text) {
  std::vector<std::string> shown;
  for (const Statement& statement : find_dates(text))
    shown.push_back((statement.is_true ? "true: " : "false: ") + statement.text);
  return shown;
}

TEST(Dates, AWeekdayBeforeADate) {
  EXPECT_THAT(dates("Today is Thursday, April 25, 2019."),
              ElementsAre("true: Thursday, April 25, 2019"));
  EXPECT_THAT(dates("on Friday 25 April 2019"), ElementsAre("false: Friday 25 April 2019"));
  EXPECT_THAT(dates("Sunday, February 30th, 2019"),
              ElementsAre("false: Sunday, February 30th, 2019"));
}

TEST(Dates, AWeekdayBehindADate) {
  EXPECT_THAT(
      dates("April 25th, 2019 was a Thursday; July 4, 2020 falls on Sunday"),
      ElementsAre("true: April 25th, 2019 was a Thursday", "false: July 4, 2020 falls on Sunday"));
}

TEST(Dates, ADistanceBetweenDates) {
  EXPECT_THAT(dates("10 days after April 25, 2019 is May 5, 2019"),
              ElementsAre("true: 10 days after April 25, 2019 is May 5, 2019"));
  EXPECT_THAT(dates("2 weeks before January 1, 2020 was 17 December 2019."),
              ElementsAre("false: 2 weeks before January 1, 2020 was 17 December 2019"));
  // The weekday is a statement of its own.
  EXPECT_THAT(dates("1 day from May 5, 2019 will be Monday, May 6, 2019"),
              ElementsAre("true: 1 day from May 5, 2019 will be Monday, May 6, 2019",
                          "true: Monday, May 6, 2019"));
}

TEST(Dates, OtherWordsAreNone) {
  EXPECT_THAT(dates("Thursday we met. April 2019. May 5 was Monday. 10 days after the war"),
              IsEmpty());
}

}  // namespace
}  // namespace toolformer::eval
