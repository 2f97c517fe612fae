// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/progress.h"

#include <gtest/gtest.h>

namespace toolformer::record {
namespace {

TEST(Progress, DescribesSpeedAndRest) {
  EXPECT_EQ(Progress::describe({100, 0, 0.25}, 50, 0),
            "100 records, 2 records/s, 25%, 2 min 30 s left");
  EXPECT_EQ(Progress::describe({100, 3, 0.75}, 50, 0.5),
            "100 records, 3 rejected, 2 records/s, 75%, 50 s left");
  EXPECT_EQ(Progress::describe({7200, 0, 0.5}, 7200, 0),
            "7200 records, 1 records/s, 50%, 2 h 0 min left");
}

TEST(Progress, SaysNothingItDoesNotKnow) {
  EXPECT_EQ(Progress::describe({0, 0, 0}, 0, 0), "0 records");
  EXPECT_EQ(Progress::describe({100, 0, 0, "items"}, 50, 0), "100 items, 2 items/s");
  EXPECT_EQ(Progress::describe({8, 0, 0}, 4, 0), "8 records, 2 records/s");
  EXPECT_EQ(Progress::describe({8, 0, 1}, 4, 0), "8 records, 2 records/s, 100%");
}

TEST(Progress, NoneIsSilent) {
  testing::internal::CaptureStderr();
  {
    Progress progress("none", 0);
    progress.show({1, 0, 0.5});
    progress.show(
        0.5, [] { return "half"; }, /*at_once=*/true);
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Progress, ShowsOtherTextsWhenItIsTimeOrAtOnce) {
  testing::internal::CaptureStderr();
  {
    Progress progress("bar");
    progress.show(0.1, [] { return "too early"; });
    progress.show(
        0.5, [] { return "half"; }, /*at_once=*/true);
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "\r\x1b[K[===============               ] half\n");
}

}  // namespace
}  // namespace toolformer::record
