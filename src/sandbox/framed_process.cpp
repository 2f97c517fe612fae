// SPDX-License-Identifier: Apache-2.0
#include "toolformer/sandbox/framed_process.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <exception>
#include <future>
#include <mutex>
#include <optional>
#include <thread>

#include "toolformer/sandbox/child.h"

namespace toolformer::sandbox {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kTickMilliseconds = 100;

int milliseconds_until(Clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count() + 1, 0, 60'000));
}

}  // namespace

/// Owns the child on a thread of its own. Input and output belong to the thread that exchanges
/// frames; everything else to the keeper.
class FramedProcess::Keeper {
 public:
  Keeper(const Confinement& confinement, const Program& program)
      : stop_(eventfd(0, EFD_CLOEXEC)), ended_(eventfd(0, EFD_CLOEXEC)) {
    std::promise<void> started;
    std::future<void> start = started.get_future();
    thread_ = std::thread([&, confinement, program] { keep(confinement, program, started); });
    try {
      start.get();
    } catch (...) {
      thread_.join();
      throw;
    }
  }
  ~Keeper() {
    eventfd_write(stop_.get(), 1);
    thread_.join();
  }

  Child& child() { return *child_; }
  int ended() const { return ended_.get(); }

  [[noreturn]] void throw_end() {
    pollfd one{ended_.get(), POLLIN, 0};
    poll(&one, 1, 2000);
    const std::lock_guard lock(mutex_);
    throw end_.value_or(Failure(FailureKind::kFailed, "it closed its output"));
  }

 private:
  void keep(const Confinement& confinement, const Program& program, std::promise<void>& started) {
    try {
      child_.emplace(confinement, program);
    } catch (...) {
      started.set_exception(std::current_exception());
      return;
    }
    started.set_value();  // `started` is gone from here on
    watch();
    child_->stop();
  }

  void watch() {
    for (;;) {
      std::array<pollfd, 3> all = {
          {{stop_.get(), POLLIN, 0}, {child_->errors(), POLLIN, 0}, {child_->death(), POLLIN, 0}}};
      const int ready = poll(all.data(), all.size(), kTickMilliseconds);
      if (all[0].revents != 0 && ready > 0) return;
      child_->drain_errors();
      if (child_->has_ended()) {
        return end({child_->ended_by_cpu_limit() ? FailureKind::kTimeout : FailureKind::kFailed,
                    child_->failure().value_or("it ended")});
      }
      if (ready > 0) continue;
      try {
        child_->check_usage();
      } catch (const Failure& failure) {
        return end(failure);
      }
    }
  }

  void end(const Failure& failure) {
    {
      const std::lock_guard lock(mutex_);
      end_ = failure;
    }
    eventfd_write(ended_.get(), 1);
    pollfd one{stop_.get(), POLLIN, 0};
    child_->kill_all();
    while (poll(&one, 1, -1) < 0) {
    }
  }

  Descriptor stop_;
  Descriptor ended_;
  std::optional<Child> child_;
  std::mutex mutex_;
  std::optional<Failure> end_;
  std::thread thread_;
};

FramedProcess::FramedProcess(const Confinement& confinement, const Program& program,
                             std::string end_mark)
    : limit_(program.limits.output_bytes),
      end_mark_(std::move(end_mark)),
      keeper_(std::make_unique<Keeper>(confinement, program)) {}

FramedProcess::~FramedProcess() = default;

void FramedProcess::send(std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    std::array<pollfd, 3> all = {{{keeper_->child().input(), POLLOUT, 0},
                                  {keeper_->ended(), POLLIN, 0},
                                  {keeper_->child().output(), POLLIN, 0}}};
    // Output is only looked at when it must be read so that the program goes on reading.
    const int ready = poll(all.data(), all.size(), milliseconds_until(deadline));
    if (ready <= 0 && Clock::now() >= deadline) {
      throw Failure(FailureKind::kTimeout, "it did not read the request in time");
    }
    if (ready <= 0) continue;
    if (all[1].revents != 0) keeper_->throw_end();
    if (all[0].revents != 0) {
      if (keeper_->child().write(bytes) == Transfer::kEnd) keeper_->throw_end();
    } else if (all[2].revents != 0) {
      if (keeper_->child().read_output(unread_) == Transfer::kEnd) keeper_->throw_end();
      if (unread_.size() > limit_) {
        throw Failure(FailureKind::kTooLarge, fmt::format("it wrote more than {} bytes", limit_));
      }
    }
  }
}

std::string FramedProcess::receive(Deadline deadline) {
  for (;;) {
    const std::size_t end = unread_.find(end_mark_, searched_);
    if (end != std::string::npos) {
      std::string frame = unread_.substr(0, end);
      unread_.erase(0, end + end_mark_.size());
      searched_ = 0;
      return frame;
    }
    if (unread_.size() > limit_) {
      throw Failure(FailureKind::kTooLarge,
                    fmt::format("its reply has more than {} bytes", limit_));
    }
    searched_ = unread_.size() - std::min(unread_.size(), end_mark_.size() - 1);
    if (keeper_->child().output() < 0) keeper_->throw_end();
    std::array<pollfd, 2> all = {
        {{keeper_->child().output(), POLLIN, 0}, {keeper_->ended(), POLLIN, 0}}};
    const int ready = poll(all.data(), all.size(), milliseconds_until(deadline));
    if (ready <= 0 && Clock::now() >= deadline) {
      throw Failure(FailureKind::kTimeout,
                    unread_.empty() ? "no answer in time" : "half an answer, then nothing");
    }
    if (ready <= 0) continue;
    if (all[0].revents != 0) {
      keeper_->child().read_output(unread_);
    } else if (all[1].revents != 0) {
      keeper_->throw_end();
    }
  }
}

bool FramedProcess::is_out_of_step() {
  if (!unread_.empty() || keeper_->child().output() < 0) return true;
  std::array<pollfd, 2> all = {
      {{keeper_->child().output(), POLLIN, 0}, {keeper_->ended(), POLLIN, 0}}};
  return poll(all.data(), all.size(), 0) > 0;
}

}  // namespace toolformer::sandbox
