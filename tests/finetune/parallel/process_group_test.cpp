// SPDX-License-Identifier: Apache-2.0
// One process alone; tests/finetune/ranks_test.py starts real ones.
#include "toolformer/finetune/parallel/process_group.h"

#include <gmock/gmock.h>

#include <array>
#include <cstdlib>

#include "toolformer/base/error.h"

namespace toolformer::finetune {
namespace {

TEST(ProcessGroup, AloneNothingChanges) {
  std::array<double, 2> values{1.5, -2};
  alone().sum(values);
  EXPECT_THAT(values, testing::ElementsAre(1.5, -2));
  EXPECT_TRUE(alone().any(true));
  EXPECT_FALSE(alone().any(false));
  EXPECT_NO_THROW(alone().require_equal("x", "texts"));
  EXPECT_TRUE(alone().first());
  EXPECT_EQ(alone().size(), 1U);
}

TEST(ProcessGroup, WithoutALauncherAProcessIsAlone) {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"}) {
    unsetenv(name);
  }
  EXPECT_EQ(join_processes()->size(), 1U);
}

}  // namespace
}  // namespace toolformer::finetune
