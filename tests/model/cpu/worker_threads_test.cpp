// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/cpu/worker_threads.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <stdexcept>
#include <thread>

namespace toolformer::model {
namespace {

TEST(WorkerThreads, AllRunAtOnceWithTheCallersSetting) {
  at::set_num_threads(1);
  std::barrier together(3);  // would never open if one ran after the other
  std::atomic<int> calls = 0, others = 0;
  const auto caller = std::this_thread::get_id();
  run_workers(3, [&] {
    together.arrive_and_wait();
    ++calls;
    others += std::this_thread::get_id() != caller ? 1 : 0;
    EXPECT_EQ(at::get_num_threads(), 1);
  });
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(others, 3);
}

TEST(WorkerThreads, OneWorkerIsTheCaller) {
  const auto caller = std::this_thread::get_id();
  run_workers(1, [&] { EXPECT_EQ(std::this_thread::get_id(), caller); });
}

TEST(WorkerThreads, AnExceptionComesBackWhenAllHaveEnded) {
  std::atomic<int> begun = 0, ended = 0;
  EXPECT_THROW(run_workers(3,
                           [&] {
                             if (begun++ == 0) throw std::runtime_error("first");
                             ++ended;
                           }),
               std::runtime_error);
  EXPECT_EQ(ended, 2);
}

}  // namespace
}  // namespace toolformer::model
