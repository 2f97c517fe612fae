// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/training_run.h"

#include <gtest/gtest.h>

namespace toolformer::finetune {
namespace {

TEST(TrainingRun, DescribesHowFarItIs) {
  RunState state;
  state.step = 12;
  state.tokens = 8116;
  state.seconds = 10;
  StepResult result;
  result.loss.sum[0] = 1.23456;
  result.loss.count[0] = 1;
  EXPECT_EQ(describe(state, result, 252),
            "step 12/252 (4%)  loss 1.2346  812 tokens/s  left 3 min 20 s");
  result.problem = "the loss is not finite";
  EXPECT_EQ(describe(state, result, 12), "step 12/12 (100%)  skipped  812 tokens/s  left 0 s");
}

TEST(RunState, SurvivesBeingWritten) {
  RunState state;
  state.step = 7;
  state.updates = 5;
  state.seconds = 0.1 + 0.2;
  state.valid_best = {{"step", 4}, {"loss", 0.5}};
  const auto json = nlohmann::ordered_json::parse(state.to_json().dump());
  EXPECT_EQ(RunState::from_json(json).to_json(), state.to_json());
}

}  // namespace
}  // namespace toolformer::finetune
