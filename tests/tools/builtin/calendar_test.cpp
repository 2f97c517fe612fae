// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/builtin/calendar.h"

#include <gtest/gtest.h>

#include <set>

#include "toolformer/base/error.h"

namespace toolformer::tools {
namespace {

TEST(Calendar, SaysTheDayOfTheDocument) {
  const Calendar calendar("2024-01-01");
  EXPECT_EQ(calendar.call("", {"2019-04-25"}).result, "Today is Thursday, April 25, 2019.");
  EXPECT_EQ(calendar.call(" ", {"2017-03-03T09:00:00Z"}).result, "Today is Friday, March 3, 2017.");
  EXPECT_EQ(calendar.call("", {}).result, "Today is Monday, January 1, 2024.");
}

TEST(Calendar, TypesItsErrors) {
  EXPECT_EQ(Calendar().call("", {}).error_kind, "no_date");
  EXPECT_EQ(Calendar("2024-01-01").call("", {"2019-02-30"}).error_kind, "bad_date");
  for (const char* date : {"", "1709164800", "[\"2024-02-29\"]", "false", "2024.5", "20241301"}) {
    EXPECT_EQ(Calendar("2024-01-01").call("", {date}).error_kind, "bad_date") << date;
  }
  EXPECT_EQ(Calendar("2024-01-01").call("tomorrow", {}).error_kind, "bad_input");
  EXPECT_THROW(Calendar("2024-02-30"), base::UsageError);
}

TEST(Calendar, NewDayIsANewVersion) {
  EXPECT_NE(Calendar("2024-01-01").version(), Calendar("2024-01-02").version());
  EXPECT_NE(Calendar("2024-01-01").version(), Calendar().version());
}

TEST(Calendar, CalculatesOnlyWhenAllowed) {
  const CallContext context{.date = "2019-04-25"};
  EXPECT_EQ(Calendar().call("2019-04-25 + 30 days", context).error_kind, "bad_input");
  const Calendar calendar(std::nullopt, {.arithmetic = true});
  EXPECT_EQ(calendar.call("today + 30 days", context).result, "Saturday, May 25, 2019");
  EXPECT_EQ(calendar.call("today + 1 day", {.date = "[2019]"}).error_kind, "bad_date");
  EXPECT_EQ(calendar.call("2019-04-25 + 1 day", {.date = "[2019]"}).result,
            "Friday, April 26, 2019");
  EXPECT_EQ(calendar.call("today + 1 day", {}).error_kind, "no_date");
  EXPECT_EQ(calendar.call("", context).result, "Today is Thursday, April 25, 2019.");
  EXPECT_NE(calendar.version(), Calendar().version());
}

TEST(Calendar, TheOtherResultIsAnotherDayInEveryPart) {
  const Calendar calendar("2019-04-25");
  const std::string result = calendar.call("", {}).result;
  std::set<std::string> others;
  for (std::uint64_t i = 0; i < 300; ++i) {
    const auto other = calendar.other_result(result, {}, {0, {i}});
    ASSERT_TRUE(other);
    for (const char* part : {"Thursday", "April", " 25,", "2019"})
      EXPECT_EQ(other->find(part), std::string::npos) << *other;
    EXPECT_EQ(other->rfind("Today is ", 0), 0U);
    others.insert(*other);
  }
  EXPECT_GT(others.size(), 200U);
  EXPECT_FALSE(calendar.other_result("30 days", {}, {0, {}}));
  EXPECT_FALSE(Calendar().other_result(result, {}, {0, {}}));  // no date at all
}

}  // namespace
}  // namespace toolformer::tools
