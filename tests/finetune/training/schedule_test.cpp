// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/training/schedule.h"

#include <gtest/gtest.h>

#include "toolformer/base/error.h"

namespace toolformer::finetune {
namespace {

TEST(Schedule, WarmupIsLinearAndEveryStepMoves) {
  const Schedule schedule{2.0, 4, 10, Decay::kConstant};
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 0), 0.4);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 1), 0.8);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 3), 1.6);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 4), 2.0);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 9), 2.0);
}

TEST(Schedule, LinearReachesZeroOnlyBehindTheLastStep) {
  const Schedule schedule{1.0, 2, 6, Decay::kLinear};
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 2), 1.0);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 5), 0.25);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 6), 0.0);
}

TEST(Schedule, CosineIsHalfInTheMiddle) {
  const Schedule schedule{1.0, 0, 8, Decay::kCosine};
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 0), 1.0);
  EXPECT_NEAR(learning_rate(schedule, 4), 0.5, 1e-12);
  EXPECT_NEAR(learning_rate(schedule, 8), 0.0, 1e-12);
}

TEST(Schedule, OnlyWarmup) {
  const Schedule schedule{1.0, 4, 4, Decay::kLinear};
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 3), 0.8);
}

TEST(Schedule, WarmupStepsRoundUp) {
  EXPECT_EQ(warmup_steps(0.1, 20), 2U);
  EXPECT_EQ(warmup_steps(0.1, 21), 3U);
  EXPECT_EQ(warmup_steps(0.0, 21), 0U);
}

TEST(Schedule, HasTheNamesOfTransformers) {
  EXPECT_EQ(base::name_of(Decay::kConstant), "constant");
  EXPECT_EQ(base::name_of(Decay::kLinear), "linear");
  EXPECT_EQ(base::name_of(Decay::kCosine), "cosine");
}

}  // namespace
}  // namespace toolformer::finetune
