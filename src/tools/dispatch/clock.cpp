// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/dispatch/clock.h"

namespace toolformer::tools {

void Clock::wait(std::condition_variable& changed, std::unique_lock<std::mutex>& lock,
                 Time until) const {
  if (until == Time::max()) {
    changed.wait(lock);
  } else {
    changed.wait_until(lock, until);
  }
}

}  // namespace toolformer::tools
