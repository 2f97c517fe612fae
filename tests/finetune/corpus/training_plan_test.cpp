// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/corpus/training_plan.h"

#include <gtest/gtest.h>

#include "toolformer/base/error.h"

namespace toolformer::finetune {
namespace {

// Ten examples of 8 tokens, 16 a step: 5 steps an epoch.
TrainingPlan make_plan(const Duration& duration, double plain_weight = 1) {
  std::vector<ExampleSize> examples;
  for (std::uint64_t i = 0; i < 10; ++i) examples.push_back({i, 8, false, plain_weight});
  return {examples, {1, 16, 16}, duration};
}

TEST(TrainingPlan, OneEpochByDefault) {
  const TrainingPlan plan = make_plan({});
  EXPECT_EQ(plan.steps(), 5U);
  EXPECT_EQ(plan.epochs(), 1U);
  EXPECT_EQ(plan.tokens(), 80U);
  EXPECT_DOUBLE_EQ(plan.padding_fraction(), 0);
}

TEST(TrainingPlan, WasteLeavesOutTheLastStepOfAnEpoch) {
  std::vector<ExampleSize> examples;
  for (std::uint64_t i = 0; i < 7; ++i) examples.push_back({i, 8, false});
  const TrainingPlan plan(examples, {1, 16, 20}, {.epochs = 2});  // 16, 16, 16, 8 of 20
  EXPECT_EQ(plan.steps(), 8U);
  EXPECT_DOUBLE_EQ(plan.padding_fraction(), 0.2);
}

TEST(TrainingPlan, AsManyEpochsAsTheStepsNeed) {
  const TrainingPlan plan = make_plan({.max_steps = 12});
  EXPECT_EQ(plan.steps(), 12U);
  EXPECT_EQ(plan.epochs(), 3U);
  EXPECT_EQ(plan.tokens(), 12U * 16);
}

TEST(TrainingPlan, WhicheverComesFirst) {
  EXPECT_EQ(make_plan({.max_steps = 12, .epochs = 2}).steps(), 10U);
  EXPECT_EQ(make_plan({.max_steps = 7, .epochs = 2}).steps(), 7U);
}

TEST(TrainingPlan, AJumpFindsTheSameBatchAsWalking) {
  TrainingPlan walked = make_plan({.epochs = 3}), jumped = make_plan({.epochs = 3});
  for (std::size_t step = 0; step < 12; ++step) walked.at(step);
  const auto expected = walked.at(12);
  const auto actual = jumped.at(12);
  EXPECT_EQ(actual.epoch, 2U);
  EXPECT_EQ(actual.epoch, expected.epoch);
  EXPECT_EQ(actual.batch->members, expected.batch->members);
}

TEST(TrainingPlan, NothingToTrainOnIsAnError) {
  EXPECT_THROW(make_plan({.max_steps = 3}, 0.0), base::DataError);
}

}  // namespace
}  // namespace toolformer::finetune
