// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/builtin/iso_date.h"

#include <gtest/gtest.h>

namespace toolformer::tools {
namespace {

using std::chrono::day;
using std::chrono::month;
using std::chrono::year;

TEST(IsoDate, ReadsTheDayOfEveryForm) {
  const std::chrono::year_month_day expected{year(2019), month(4), day(25)};
  for (const char* text : {"2019-04-25", "20190425", "2019-04-25T23:59:60Z", "2019-04-25 07:30",
                           "2019-04-25T07:30:15.123456+02:00", "2019-04-25T23:30:00-0800",
                           "2019-04-25T23:30+05", "2019-04-25T24:00:00"}) {
    EXPECT_EQ(parse_iso_date(text), expected) << text;
  }
}

TEST(IsoDate, RefusesEverythingElse) {
  for (const char* text :
       {"", "2019", "2019-04", "2019-4-25", "25.04.2019", "April 25, 2019", "2019-13-01",
        "2019-02-29", "2019-04-31", "0000-01-01", "2019-04-25T", "2019-04-25T25:00",
        "2019-04-25T07:60", "2019-04-25x", "2019-04-25T07:30+", "2019-0425", "201904-25",
        " 2019-04-25", "2019-04-25T07:30Z!"}) {
    EXPECT_FALSE(parse_iso_date(text).has_value()) << text;
  }
  EXPECT_TRUE(parse_iso_date("2020-02-29").has_value());
  EXPECT_TRUE(parse_iso_date("2000-02-29").has_value());
  EXPECT_FALSE(parse_iso_date("1900-02-29").has_value());
}

TEST(IsoDate, SpellsOut) {
  EXPECT_EQ(spell_out(*parse_iso_date("2019-04-25")), "Thursday, April 25, 2019");
  EXPECT_EQ(spell_out(*parse_iso_date("2000-02-29")), "Tuesday, February 29, 2000");
  EXPECT_EQ(spell_out(*parse_iso_date("1969-07-20")), "Sunday, July 20, 1969");
}

TEST(Today, IsADateThatIsRead) {
  const auto day = parse_iso_date(today());
  ASSERT_TRUE(day.has_value());
  EXPECT_GT(static_cast<int>(day->year()), 2020);
}

}  // namespace
}  // namespace toolformer::tools
