// SPDX-License-Identifier: Apache-2.0
#include "toolformer/sandbox/run.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>

#include "toolformer/sandbox/child.h"

namespace toolformer::sandbox {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kTickMilliseconds = 20;

class OneRun {
 public:
  OneRun(const Confinement& confinement, const Run& run)
      : limits_(run.program.limits),
        begun_(Clock::now()),
        deadline_(std::min(run.deadline, begun_ + limits_.wall)),
        input_(run.input),
        child_(confinement, run.program) {}

  std::string finish() {
    while (!child_.has_ended()) {
      if (Clock::now() >= deadline_) {
        // Rounded up: the caller's deadline was set a moment before.
        const auto allowed = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - begun_);
        throw Failure(FailureKind::kTimeout,
                      fmt::format("it did not end within {} ms", allowed.count()));
      }
      step();
      if (ticks_++ % 4 == 3) child_.check_usage();
    }
    // What a program has written before its end is there; what others may still write is not ours.
    while (child_.output() >= 0 && child_.read_output(output_) == Transfer::kSome) check_size();
    child_.drain_errors();
    if (const auto failure = child_.failure()) {
      throw Failure(child_.ended_by_cpu_limit() ? FailureKind::kTimeout : FailureKind::kFailed,
                    *failure);
    }
    return std::move(output_);
  }

 private:
  void step() {
    if (input_.empty()) child_.close_input();
    std::array<pollfd, 4> all = {{{child_.input(), POLLOUT, 0},
                                  {child_.output(), POLLIN, 0},
                                  {child_.errors(), POLLIN, 0},
                                  {child_.death(), POLLIN, 0}}};
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
    if (poll(all.data(), all.size(),
             static_cast<int>(std::clamp<std::int64_t>(left + 1, 0, kTickMilliseconds))) <= 0) {
      return;
    }
    if (all[0].revents != 0 && child_.write(input_) == Transfer::kEnd) child_.close_input();
    if (all[1].revents != 0) child_.read_output(output_);
    check_size();
    if (all[2].revents != 0) child_.drain_errors();
  }

  void check_size() const {
    if (output_.size() > limits_.output_bytes) {
      throw Failure(FailureKind::kTooLarge,
                    fmt::format("it wrote more than {} bytes", limits_.output_bytes));
    }
  }

  const Limits& limits_;
  Clock::time_point begun_;
  Clock::time_point deadline_;
  std::string_view input_;
  std::string output_;
  std::size_t ticks_ = 0;
  Child child_;
};

}  // namespace

std::string run(const Confinement& confinement, const Run& run) {
  return OneRun(confinement, run).finish();
}

}  // namespace toolformer::sandbox
