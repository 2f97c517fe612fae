// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/dispatch/tool_lane.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "toolformer/base/random.h"

namespace toolformer::tools {
namespace {

constexpr double kFirstPause = 0.1, kLongestPause = 10;  // seconds, between two tries

Clock::Time::duration ticks(std::chrono::duration<double> seconds) {
  return std::chrono::duration_cast<Clock::Time::duration>(seconds);
}

/// Doubles from try to try; half of it is jitter, so that calls that failed together come apart.
std::chrono::duration<double> backoff(const std::string& tool, const std::string& input,
                                      std::size_t tries) {
  const double longest =
      std::min(kLongestPause, kFirstPause * std::pow(2.0, static_cast<double>(tries) - 1));
  const base::KeyedRandom random(0, {tool, input, "retry"});
  return std::chrono::duration<double>(longest * (0.5 + 0.5 * random.uniform(tries)));
}

}  // namespace

ToolLane::ToolLane(const Toolbox::Entry& entry, const Clock& clock)
    : entry_(entry),
      clock_(clock),
      breaker_({.failures = entry.settings.breaker_failures,
                .pause = entry.settings.breaker_pause,
                .patience = entry.settings.retry_budget}) {}

ToolLane::~ToolLane() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ToolLane::run(std::string input, CallContext context, Finished finished) {
  const std::lock_guard<std::mutex> lock(mutex_);
  ready_.push_back({std::move(input), std::move(context), std::move(finished), 0, {}});
  if (idle_ < ready_.size() && threads_.size() < entry_.settings.concurrency) {
    threads_.emplace_back([this] { work(); });
  }
  changed_.notify_one();
}

void ToolLane::work() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (std::optional<Job> job = next(lock)) {
    if (may_go(*job, lock)) try_once(std::move(*job), lock);
  }
}

/// Waits for a job whose turn it is; nothing: the lane is closed.
std::optional<ToolLane::Job> ToolLane::next(std::unique_lock<std::mutex>& lock) {
  for (;;) {
    if (stopping_) return std::nullopt;
    const Clock::Time now = clock_.now();
    while (!later_.empty() && later_.begin()->first <= now) {
      ready_.push_front(std::move(later_.begin()->second));
      later_.erase(later_.begin());
    }
    Clock::Time until = later_.empty() ? Clock::Time::max() : later_.begin()->first;
    if (!ready_.empty()) {
      if (now >= next_start_) break;
      until = std::min(until, next_start_);
    }
    ++idle_;
    clock_.wait(changed_, lock, until);
    --idle_;
  }
  Job job = std::move(ready_.front());
  ready_.pop_front();
  return job;
}

/// Whether the circuit breaker lets it go; if not, it is put off or finished.
bool ToolLane::may_go(Job& job, std::unique_lock<std::mutex>& lock) {
  const Clock::Time now = clock_.now();
  if (job.begun == Clock::Time{}) job.begun = now;
  const CircuitBreaker::Advice advice = breaker_.ask(now);
  if (advice.what == CircuitBreaker::Advice::What::kGo) {
    const double rate = entry_.settings.rate;
    if (rate > 0) {
      next_start_ = std::max(now, next_start_) + ticks(std::chrono::duration<double>(1 / rate));
    }
    return true;
  }
  if (advice.what == CircuitBreaker::Advice::What::kWait && advice.until <= end_of_budget(job)) {
    later_.emplace(advice.until, std::move(job));
    return false;
  }
  finish(job,
         Outcome::transient_error(
             error_kind::kCircuitOpen,
             fmt::format("{} has failed {} times in a row and is left alone for now; the last "
                         "error: {}",
                         entry_.tool->name(), breaker_.failures_in_a_row(), last_error_)),
         lock);
  return false;
}

void ToolLane::try_once(Job job, std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  CallContext context = job.context;
  context.deadline = clock_.now() + ticks(entry_.settings.timeout);
  Outcome outcome = entry_.call(job.input, context);
  lock.lock();
  ++job.tries;
  if (!outcome.transient) {
    breaker_.succeeded();
    return finish(job, std::move(outcome), lock);
  }
  breaker_.failed(clock_.now());
  last_error_ = outcome.error_message;
  const std::optional<Clock::Time> again = next_try(job, outcome);
  if (!again) return finish(job, std::move(outcome), lock);
  later_.emplace(*again, std::move(job));
  changed_.notify_one();  // whoever waits for a later one must look again
}

/// When a call that failed is tried again; nothing: it is not.
std::optional<Clock::Time> ToolLane::next_try(const Job& job, const Outcome& outcome) const {
  if (job.tries > entry_.settings.retries) return std::nullopt;
  Clock::Time::duration pause = ticks(backoff(entry_.tool->name(), job.input, job.tries));
  if (outcome.retry_after) {
    // A server may ask for any number; beyond the budget there is no next try.
    const std::chrono::duration<double> asked = *outcome.retry_after;
    if (asked > entry_.settings.retry_budget) return std::nullopt;
    pause = std::max(pause, ticks(asked));
  }
  const Clock::Time again = clock_.now() + pause;
  if (again > end_of_budget(job)) return std::nullopt;
  return again;
}

Clock::Time ToolLane::end_of_budget(const Job& job) const {
  return job.begun + ticks(entry_.settings.retry_budget);
}

void ToolLane::finish(Job& job, Outcome outcome, std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  job.finished(std::move(outcome), job.tries);
  job = {};
  lock.lock();
}

}  // namespace toolformer::tools
