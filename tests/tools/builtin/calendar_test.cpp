// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/builtin/calendar.h"

#include <gtest/gtest.h>

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
  EXPECT_EQ(calendar.call("", context).result, "Today is Thursday, April 25, 2019.");
  EXPECT_NE(calendar.version(), Calendar().version());
}

}  // namespace
}  // namespace toolformer::tools
