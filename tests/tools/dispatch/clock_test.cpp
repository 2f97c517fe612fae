// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/dispatch/clock.h"

#include <gtest/gtest.h>

namespace toolformer::tools {
namespace {

TEST(Clock, WaitsUntilATimeAndNotForever) {
  const Clock clock;
  std::mutex mutex;
  std::condition_variable changed;
  std::unique_lock<std::mutex> lock(mutex);
  const Clock::Time until = clock.now() + std::chrono::milliseconds(2);
  while (clock.now() < until) clock.wait(changed, lock, until);
  EXPECT_TRUE(lock.owns_lock());
  clock.wait(changed, lock, clock.now());
}

}  // namespace
}  // namespace toolformer::tools
