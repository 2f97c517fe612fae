// SPDX-License-Identifier: Apache-2.0
#include "toolformer/decode/sequence_scheduler.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

#include "toolformer/base/error.h"

namespace toolformer::decode {
namespace {

// Sequences whose tools are slow keep their states in memory: no more than this many times those
// that are decoded.
constexpr std::size_t kWaitingPerDecoded = 4;
// How soon a watcher that wants no more is heard while all sequences wait.
constexpr auto kLookAgain = std::chrono::milliseconds(50);

}  // namespace

class SequenceScheduler::Outcomes {
 public:
  using Answer = std::pair<Key, tools::Outcome>;

  void put(Key key, tools::Outcome outcome) {
    const std::lock_guard lock(mutex_);
    answers_.emplace_back(key, std::move(outcome));
    arrived_.notify_one();
  }
  /// All that are there; with `wait`, after a while for one if there is none.
  std::vector<Answer> take(bool wait) {
    std::unique_lock lock(mutex_);
    if (wait) arrived_.wait_for(lock, kLookAgain, [this] { return !answers_.empty(); });
    return std::exchange(answers_, {});
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Answer> answers_;
};

SequenceScheduler::SequenceScheduler(const Setting& setting)
    : setting_(setting),
      sampler_(setting.model.sampler()),
      outcomes_(std::make_shared<Outcomes>()) {}

SequenceScheduler::~SequenceScheduler() = default;

bool SequenceScheduler::has_room() const {
  return sequences_.size() + ended_.size() - with_tools_ < setting_.sequences &&
         with_tools_ < kWaitingPerDecoded * setting_.sequences;
}

void SequenceScheduler::add(Key key, Prompt prompt) {
  const std::string reason = refusal(setting_, prompt);
  if (!reason.empty()) base::throw_error<base::DataError>("{}: {}", prompt.id, reason);
  sequences_.try_emplace(key, setting_, std::move(prompt));
  go_on(key);
}

std::vector<SequenceScheduler::Ended> SequenceScheduler::step() {
  const bool waits = sampler_->empty() && ended_.empty();
  for (const auto& [key, sampled] : sampler_->step()) {
    sequences_.at(key).accept(sampled);
    go_on(key);
  }
  take_outcomes(waits);
  return std::exchange(ended_, {});
}

void SequenceScheduler::go_on(Key key) {
  Sequence& sequence = sequences_.at(key);
  if (sequence.done()) {
    ended_.push_back({key, sequence.take()});
    sequences_.erase(key);
  } else if (const CallRequest* call = sequence.wanted_call()) {
    submit(key, *call);
  } else {
    sampler_->add(key, sequence.request());
  }
}

void SequenceScheduler::submit(Key key, const CallRequest& request) {
  ++with_tools_;
  if (!setting_.submit || setting_.toolbox.find(request.tool) == nullptr) {
    outcomes_->put(key, setting_.toolbox.call(request.tool, request.input, request.context));
    return;
  }
  setting_.submit(request, [key, outcomes = outcomes_](tools::Outcome outcome) {
    outcomes->put(key, std::move(outcome));
  });
}

void SequenceScheduler::take_outcomes(bool wait) {
  if (with_tools_ == 0) return;
  for (auto& [key, outcome] : outcomes_->take(wait)) {
    const auto found = sequences_.find(key);
    if (found == sequences_.end()) continue;  // given up meanwhile
    --with_tools_;
    found->second.accept(std::move(outcome));
    go_on(key);
  }
  std::vector<Key> given_up;
  for (auto& [key, sequence] : sequences_) {
    if (sequence.wanted_call() == nullptr) continue;
    sequence.look_whether_to_go_on();
    if (sequence.done()) given_up.push_back(key);
  }
  for (const Key key : given_up) {
    --with_tools_;
    go_on(key);
  }
}

}  // namespace toolformer::decode
