// SPDX-License-Identifier: Apache-2.0
// Leaves a tool alone that fails again and again. Closed: calls go. After `failures` errors in a
// row it is open for `pause`; then one call probes the tool while the others wait on, and its
// success closes it.
#pragma once

#include <cstddef>

#include "toolformer/tools/dispatch/clock.h"

namespace toolformer::tools {

class CircuitBreaker {
 public:
  struct Settings {
    std::size_t failures = 20;  ///< in a row; 0: never opens
    std::chrono::duration<double> pause{5};
    std::chrono::duration<double> patience{
        120};  ///< of failing on, after which calls need not wait
  };
  struct Advice {
    enum class What {
      kGo,
      kWait,    ///< ask again at `until`
      kGiveUp,  ///< the tool has failed for longer than anybody's patience
    } what = What::kGo;
    Clock::Time until{};
  };

  explicit CircuitBreaker(const Settings& settings) : settings_(settings) {}
  Advice ask(Clock::Time now);  ///< kGo from an open one makes the caller the probe
  void succeeded();
  void failed(Clock::Time now);
  std::size_t failures_in_a_row() const { return in_a_row_; }

 private:
  Settings settings_;
  std::size_t in_a_row_ = 0;
  Clock::Time failing_since_{}, open_until_{};
};

}  // namespace toolformer::tools
