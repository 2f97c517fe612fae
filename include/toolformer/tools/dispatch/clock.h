// SPDX-License-Identifier: Apache-2.0
// Time as the dispatcher sees it, so that tests of time-outs and pauses need not sleep.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace toolformer::tools {

class Clock {
 public:
  using Time = std::chrono::steady_clock::time_point;
  virtual ~Clock() = default;
  virtual Time now() const { return std::chrono::steady_clock::now(); }
  /// Waits until notified or until `until`, whichever comes first; may wake up for nothing.
  virtual void wait(std::condition_variable& changed, std::unique_lock<std::mutex>& lock,
                    Time until) const;
};

}  // namespace toolformer::tools
