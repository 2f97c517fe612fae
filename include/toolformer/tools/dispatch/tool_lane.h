// SPDX-License-Identifier: Apache-2.0
// The threads of one remote tool: at most `concurrency` calls in flight, retries, rate limit and
// circuit breaker. A call that waits for its next try holds no thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "toolformer/tools/dispatch/circuit_breaker.h"
#include "toolformer/tools/dispatch/clock.h"
#include "toolformer/tools/dispatch/toolbox.h"

namespace toolformer::tools {

class ToolLane {
 public:
  using Finished = std::function<void(Outcome outcome, std::size_t tries)>;

  /// Both must outlive it.
  ToolLane(const Toolbox::Entry& entry, const Clock& clock);
  /// Drops what was not begun and waits for what is in flight.
  ~ToolLane();
  ToolLane(const ToolLane&) = delete;
  ToolLane& operator=(const ToolLane&) = delete;

  /// Calls `finished` in a thread of the lane, which sets the deadline of every try itself.
  void run(std::string input, CallContext context, Finished finished);

 private:
  struct Job {
    std::string input;
    CallContext context;
    Finished finished;
    std::size_t tries = 0;
    Clock::Time begun{};  ///< the first time that its turn came
  };

  void work();
  std::optional<Job> next(std::unique_lock<std::mutex>& lock);
  bool may_go(Job& job, std::unique_lock<std::mutex>& lock);
  void try_once(Job job, std::unique_lock<std::mutex>& lock);
  std::optional<Clock::Time> next_try(const Job& job, const Outcome& outcome) const;
  void finish(Job& job, Outcome outcome, std::unique_lock<std::mutex>& lock);
  Clock::Time end_of_budget(const Job& job) const;

  const Toolbox::Entry& entry_;
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> ready_;
  std::multimap<Clock::Time, Job> later_;
  CircuitBreaker breaker_;
  std::string last_error_;
  Clock::Time next_start_{};  ///< by the rate limit
  std::size_t idle_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace toolformer::tools
