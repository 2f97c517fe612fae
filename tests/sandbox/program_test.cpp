// SPDX-License-Identifier: Apache-2.0
#include "toolformer/sandbox/program.h"

#include <gmock/gmock.h>

#include <cstdlib>

#include "toolformer/base/error.h"

namespace toolformer::sandbox {
namespace {

TEST(FindProgram, LooksInFixedFoldersOnly) {
  EXPECT_TRUE(find_program("sh").is_absolute());
  EXPECT_EQ(find_program("/bin/sh"), "/bin/sh");
  EXPECT_THROW(find_program("no-such-program-anywhere"), base::UsageError);
}

TEST(CleanEnvironment, HoldsNothingOfTheCallers) {
  ::setenv("TOOLFORMER_TEST_SECRET", "hunter2", 1);
  Program program;
  program.arguments = {"/bin/true"};
  program.environment = {{"GIVEN", "yes"}};
  const auto environment = clean_environment(program);
  ::unsetenv("TOOLFORMER_TEST_SECRET");
  EXPECT_THAT(environment, testing::Contains("GIVEN=yes"));
  EXPECT_THAT(environment, testing::Contains(testing::StartsWith("PATH=")));
  EXPECT_THAT(environment, testing::Not(testing::Contains(testing::HasSubstr("hunter2"))));
}

}  // namespace
}  // namespace toolformer::sandbox
