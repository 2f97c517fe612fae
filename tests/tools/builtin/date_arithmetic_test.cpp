// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/builtin/date_arithmetic.h"

#include <gtest/gtest.h>

#include "toolformer/tools/builtin/iso_date.h"

namespace toolformer::tools {
namespace {

std::string shown(const std::string& expression, const char* today = "2019-04-25") {
  const Outcome outcome = evaluate_dates(expression, parse_iso_date(today));
  return outcome.ok() ? outcome.result : "<" + outcome.error_kind + ">";
}

TEST(DateArithmetic, AddsAndSubtracts) {
  EXPECT_EQ(shown("2019-04-25 + 30 days"), "Saturday, May 25, 2019");
  EXPECT_EQ(shown("2019-04-25"), "Thursday, April 25, 2019");
  EXPECT_EQ(shown("today - 1 Week"), "Thursday, April 18, 2019");
  EXPECT_EQ(shown(" 2019-04-25 + 2 weeks - 1 day "), "Wednesday, May 8, 2019");
  EXPECT_EQ(shown("2024-01-31 + 1 month"), "Thursday, February 29, 2024");
  EXPECT_EQ(shown("2024-02-29 + 1 year"), "Friday, February 28, 2025");
  EXPECT_EQ(shown("2024-02-29 - 4 years"), "Saturday, February 29, 2020");
  EXPECT_EQ(shown("2019-12-31 + 1 day"), "Wednesday, January 1, 2020");
}

TEST(DateArithmetic, CountsDaysBetween) {
  EXPECT_EQ(shown("2019-05-25 - 2019-04-25"), "30 days");
  EXPECT_EQ(shown("2020-03-01 - 2020-02-28"), "2 days");
  EXPECT_EQ(shown("2020-01-01 - 2020-01-02"), "-1 day");
}

TEST(DateArithmetic, TypesItsErrors) {
  for (const char* bad :
       {"", "tomorrow", "2019-02-30", "2019-04-25 +", "2019-04-25 + x days", "2019-04-25 + 1",
        "2019-04-25 + 1 fortnight", "2019-04-25 * 2 days", "2019-04-25 + -1 days",
        "2019-04-25 + 2019-04-25", "2019-04-25 - 2019-04-24 + 1 day", "2019-04-25 + 1.5 days",
        "2019-04-25 + 99999999999999999999 days"}) {
    EXPECT_EQ(shown(bad), "<bad_input>") << bad;
  }
  EXPECT_EQ(shown("2019-04-25 + 9999999 years"), "<out_of_range>");
  EXPECT_EQ(shown("0001-01-01 - 1 day"), "<out_of_range>");
  EXPECT_EQ(shown("2019-04-25 + 99999999 days"), "<out_of_range>");
  EXPECT_EQ(evaluate_dates("today", std::nullopt).error_kind, "no_date");
}

}  // namespace
}  // namespace toolformer::tools
