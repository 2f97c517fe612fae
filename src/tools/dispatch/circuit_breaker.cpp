// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/dispatch/circuit_breaker.h"

namespace toolformer::tools {
namespace {

Clock::Time::duration ticks(std::chrono::duration<double> seconds) {
  return std::chrono::duration_cast<Clock::Time::duration>(seconds);
}

}  // namespace

CircuitBreaker::Advice CircuitBreaker::ask(Clock::Time now) {
  const bool open = settings_.failures > 0 && in_a_row_ >= settings_.failures;
  if (!open) return {};
  if (now >= open_until_) {
    open_until_ = now + ticks(settings_.pause);
    return {};
  }
  if (now - failing_since_ > settings_.patience) return {Advice::What::kGiveUp, open_until_};
  return {Advice::What::kWait, open_until_};
}

void CircuitBreaker::succeeded() {
  in_a_row_ = 0;
}

void CircuitBreaker::failed(Clock::Time now) {
  if (in_a_row_++ == 0) failing_since_ = now;
  open_until_ = now + ticks(settings_.pause);
}

}  // namespace toolformer::tools
