// SPDX-License-Identifier: Apache-2.0
#include "toolformer/base/duration.h"

#include <gtest/gtest.h>

namespace toolformer::base {
namespace {

TEST(FormatDuration, RoundsUpAndKeepsTwoUnits) {
  EXPECT_EQ(format_duration(44.2), "45 s");
  EXPECT_EQ(format_duration(60), "1 min 0 s");
  EXPECT_EQ(format_duration(7500), "2 h 5 min");
  EXPECT_EQ(format_duration(-1), "0 s");
}

}  // namespace
}  // namespace toolformer::base
