// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/training/progress.h"

#include <gtest/gtest.h>

#include "toolformer/base/error.h"

namespace toolformer::finetune {
namespace {

TEST(Progress, Line) {
  EXPECT_EQ(format({.step = 12,
                    .total = 400,
                    .loss = 1.23456,
                    .tokens_per_second = 811.6,
                    .seconds_left = 200}),
            "step 12/400 (3%)  loss 1.2346  812 tokens/s  left 3 min 20 s");
  EXPECT_EQ(format({.step = 1, .total = 2, .bad = true}),
            "step 1/2 (50%)  skipped  0 tokens/s  left 0 s");
}

TEST(Progress, UnknownModeIsRefused) {
  EXPECT_THROW(Progress("fancy"), base::UsageError);
  testing::internal::CaptureStderr();
  Progress("none").show({.step = 1, .total = 2});
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace toolformer::finetune
