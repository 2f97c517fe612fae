// SPDX-License-Identifier: Apache-2.0
#include "toolformer/sandbox/usage.h"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

namespace toolformer::sandbox {
namespace {

TEST(Usage, CountsAProcessAndItsDescendants) {
  const Usage alone = usage_of(::getpid(), 100);
  EXPECT_EQ(alone.processes, 1);
  EXPECT_GT(alone.resident_bytes, 100'000U);
  int hold[2];
  ASSERT_EQ(::pipe(hold), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    char byte;
    ::close(hold[1]);
    (void)!::read(hold[0], &byte, 1);
    ::_exit(0);
  }
  EXPECT_EQ(usage_of(::getpid(), 100).processes, 2);
  EXPECT_EQ(parent_of(child), ::getpid());
  ::close(hold[1]);
  ::close(hold[0]);
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(usage_of(::getpid(), 100).processes, 1);
  EXPECT_EQ(parent_of(child), -1);
}

}  // namespace
}  // namespace toolformer::sandbox
