// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/cpu/process.h"

#include <gtest/gtest.h>
#include <malloc.h>
#include <sched.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>

namespace toolformer::model {
namespace {

TEST(Process, CountsTheProcessorsThatItMayUse) {
  cpu_set_t all, one;
  ASSERT_EQ(sched_getaffinity(0, sizeof all, &all), 0);
  EXPECT_EQ(usable_processors(), CPU_COUNT(&all));
  int first = 0;
  while (!CPU_ISSET(first, &all)) ++first;
  CPU_ZERO(&one);
  CPU_SET(first, &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(usable_processors(), 1);
  ASSERT_EQ(sched_setaffinity(0, sizeof all, &all), 0);
}

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
/// Without the setting eight megabytes would be a mapping of their own, given back at once.
TEST(Process, FreedMegabytesStayInTheHeap) {
  keep_freed_memory();
  const std::size_t mapped = mallinfo2().hblks;
  auto block = std::make_unique<char[]>(8 << 20);
  block[0] = 1;
  EXPECT_EQ(mallinfo2().hblks, mapped);
  const std::size_t heap = mallinfo2().arena;
  block.reset();
  EXPECT_EQ(mallinfo2().arena, heap);
}
#endif

/// Runs wait_passively() in a process of its own, whose environment has `set` at most: started
/// anew, the program lists its tests and ends with 0, else it ends with 7.
void start(const char* set, const char* value, int threads) {
  for (const char* name : {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "OMP_NUM_THREADS"})
    ::unsetenv(name);
  if (set != nullptr) ::setenv(set, value, 1);
  std::string program = "test_model", list = "--gtest_list_tests";
  char* arguments[] = {program.data(), list.data(), nullptr};
  wait_passively(arguments, threads);
  ::_exit(7);
}

TEST(Process, StartsAnewUnlessWaitingIsDecided) {
  const auto anew = testing::ExitedWithCode(0), goes_on = testing::ExitedWithCode(7);
  EXPECT_EXIT(start(nullptr, "", 2), anew, "");
  EXPECT_EXIT(start("OMP_NUM_THREADS", "2", 0), anew, "");
  EXPECT_EXIT(start(nullptr, "", 1), goes_on, "");
  EXPECT_EXIT(start("OMP_NUM_THREADS", "1", 2), goes_on, "");
  EXPECT_EXIT(start("OMP_WAIT_POLICY", "ACTIVE", 2), goes_on, "");
  EXPECT_EXIT(start("GOMP_SPINCOUNT", "0", 2), goes_on, "");
}

}  // namespace
}  // namespace toolformer::model
