// SPDX-License-Identifier: Apache-2.0
// Time that passes when somebody waits for it, and not otherwise.
#pragma once

#include <algorithm>
#include <atomic>

#include "toolformer/tools/dispatch/clock.h"

namespace toolformer::fake {

class ManualClock : public tools::Clock {
 public:
  Time now() const override { return Time(Time::duration(now_.load())); }
  void wait(std::condition_variable& changed, std::unique_lock<std::mutex>& lock,
            Time until) const override {
    if (until == Time::max()) return tools::Clock::wait(changed, lock, until);
    Time::rep before = now_.load();
    const Time::rep after = until.time_since_epoch().count();
    while (before < after && !now_.compare_exchange_weak(before, after)) {
    }
  }
  void advance(std::chrono::duration<double> by) {
    now_ += std::chrono::duration_cast<Time::duration>(by).count();
  }
  double seconds() const {
    return std::chrono::duration<double>(now() - Time(std::chrono::hours(1))).count();
  }

 private:
  mutable std::atomic<Time::rep> now_{Time::duration(std::chrono::hours(1)).count()};
};

}  // namespace toolformer::fake
