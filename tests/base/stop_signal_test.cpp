// SPDX-License-Identifier: Apache-2.0
#include "toolformer/base/stop_signal.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

namespace toolformer::base {
namespace {

TEST(StopSignal, RemembersTheSignalAlsoTheSecondTime) {
  const StopSignal stop;
  EXPECT_FALSE(stop_requested());
  EXPECT_EQ(stop_signal_name(), "");
  std::raise(SIGTERM);
  EXPECT_TRUE(stop_requested());
  EXPECT_EQ(stop_signal_name(), "SIGTERM");
  std::raise(SIGUSR1);
  EXPECT_EQ(stop_signal_name(), "SIGUSR1");
}

TEST(StopSignal, StartsFresh) {
  {
    const StopSignal stop;
    std::raise(SIGINT);
  }
  EXPECT_FALSE(stop_requested()) << "nobody is left who could be asked";
  const StopSignal stop;
  EXPECT_FALSE(stop_requested());
}

TEST(StopSignal, AClosedPipeIsAnErrorOfTheWrite) {
  const StopSignal stop;
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  EXPECT_EQ(::write(ends[1], "x", 1), -1);
  ::close(ends[1]);
}

TEST(StopSignalDeathTest, IgnoresWhatComesBehindAStop) {
  const auto stop_twice = [] {
    {
      const StopSignal stop;
      std::raise(SIGTERM);
    }
    std::raise(SIGTERM);
    std::raise(SIGUSR1);
    std::_Exit(75);
  };
  EXPECT_EXIT(stop_twice(), testing::ExitedWithCode(75), "");
}

TEST(StopSignalDeathTest, GivesTheHandlersBack) {
  EXPECT_EXIT(
      {
        { const StopSignal stop; }
        std::raise(SIGTERM);
      },
      testing::KilledBySignal(SIGTERM), "");
}

}  // namespace
}  // namespace toolformer::base
