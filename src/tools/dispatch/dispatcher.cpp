// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/dispatch/dispatcher.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <unordered_map>

#include "toolformer/base/error.h"
#include "toolformer/base/stop_signal.h"
#include "toolformer/tools/dispatch/result_cache.h"
#include "toolformer/tools/dispatch/tool_lane.h"

namespace toolformer::tools {
namespace {

/// One distinct call of this run. Everything but `key` is guarded by the pool's mutex.
struct Call {
  ResultKey key;
  Answer answer;
  bool done = false;
  bool paid = false;  ///< a request has been told what it cost
  std::vector<Dispatcher::Done> payer, others;
};

/// Calls by key; beyond the limit those that nobody asked for lately are forgotten.
class Memory {
 public:
  explicit Memory(std::size_t limit) : generation_(std::max<std::size_t>(1, limit / 2)) {}

  std::shared_ptr<Call>& at(const std::string& key) {
    if (const auto found = young_.find(key); found != young_.end()) return found->second;
    if (young_.size() >= generation_) {
      old_ = std::move(young_);
      young_.clear();
    }
    std::shared_ptr<Call>& call = young_[key];
    if (const auto found = old_.find(key); found != old_.end()) call = found->second;
    return call;
  }

  void forget(const std::string& key) {
    young_.erase(key);
    old_.erase(key);
  }

 private:
  std::size_t generation_;
  std::unordered_map<std::string, std::shared_ptr<Call>> young_, old_;
};

/// What a thread waits for that asked for several calls.
struct Waiting {
  explicit Waiting(std::size_t count) : answers(count), missing(count) {}

  void arrive(std::size_t index, const Answer& answer) {
    const std::lock_guard<std::mutex> lock(mutex);
    answers[index] = answer;
    if (--missing == 0) changed.notify_all();
  }

  std::vector<Answer> wait() {
    std::unique_lock<std::mutex> lock(mutex);
    while (missing > 0) {
      if (base::stop_requested()) throw base::Interrupted("stopped on request");
      changed.wait_for(lock, std::chrono::milliseconds(100));  // a signal notifies nobody
    }
    return std::move(answers);
  }

  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Answer> answers;
  std::size_t missing;
};

}  // namespace

class Dispatcher::Pool {
 public:
  Pool(const Toolbox& toolbox, const DispatcherOptions& options)
      : toolbox_(toolbox),
        clock_(options.clock != nullptr ? *options.clock : real_clock_),
        memory_(options.remembered) {
    for (const std::string& name : toolbox.names()) {
      const Toolbox::Entry& entry = *toolbox.find(name);
      if (entry.tool->traits().is_remote) lanes_.try_emplace(name, entry, clock_);
    }
    if (!options.cache.empty() && !lanes_.empty()) cache_.emplace(options.cache);
  }

  const Toolbox& toolbox() const { return toolbox_; }

  /// Without `done`, whoever asks next pays.
  void submit(Request request, Done done) {
    const Toolbox::Entry* entry = toolbox_.find(request.tool);
    if (entry == nullptr) {
      if (done) done({.outcome = toolbox_.call(request.tool, request.input, {})});
      return;
    }
    ResultKey key = key_of(*entry, request);
    std::unique_lock<std::mutex> lock(mutex_);
    std::shared_ptr<Call>& known = memory_.at(memory_key(key));
    const bool is_new = known == nullptr;
    if (is_new) known = std::make_shared<Call>(Call{std::move(key), {}, false, false, {}, {}});
    const std::shared_ptr<Call> call = known;
    const bool pays = done && !call->paid;
    if (done) call->paid = true;
    if (call->done) {
      Answer answer = call->answer;
      lock.unlock();
      if (done) done(pays ? answer : shared(answer));
      return;
    }
    if (done) (pays ? call->payer : call->others).push_back(std::move(done));
    lock.unlock();
    CallContext context;
    context.date = std::move(request.date);
    context.own = std::move(request.own);
    if (is_new) begin(*entry, call, std::move(context));
  }

  bool is_remote(const std::string& tool) const { return lanes_.count(tool) > 0; }

 private:
  static Answer shared(const Answer& answer) { return {.outcome = answer.outcome, .shared = true}; }

  static ResultKey key_of(const Toolbox::Entry& entry, const Request& request) {
    return {.tool = request.tool,
            .version = entry.tool->version() + "\n" + entry.settings.version(),
            .input = request.input,
            .date = entry.tool->traits().uses_date ? request.date.value_or("") : "",
            .own = entry.tool->traits().uses_own && request.own ? request.own->key() : ""};
  }

  static std::string memory_key(const ResultKey& key) {
    return key.tool + '\0' + key.date + '\0' + key.own + '\0' + key.input;
  }

  void begin(const Toolbox::Entry& entry, const std::shared_ptr<Call>& call, CallContext context) {
    const std::string& input = call->key.input;
    const auto lane = lanes_.find(call->key.tool);
    if (std::optional<Outcome> refused = entry.settings.refuse_input(input)) {
      refused = entry.settings.finish(call->key.tool, input, std::move(*refused));
      return complete(*call, {.outcome = std::move(*refused)});
    }
    if (lane == lanes_.end()) {
      return complete(*call, {.outcome = entry.call(input, context), .tries = 1});
    }
    const bool caches = cache_ && entry.settings.cache;
    if (caches) {
      if (std::optional<Outcome> found = cache_->find(call->key)) {
        return complete(*call, {.outcome = std::move(*found), .cached = true});
      }
    }
    lane->second.run(input, std::move(context),
                     [this, call, caches](Outcome outcome, std::size_t tries) {
                       if (caches) cache_->store(call->key, outcome);
                       complete(*call, {.outcome = std::move(outcome), .tries = tries});
                     });
  }

  void complete(Call& call, Answer answer) {
    std::vector<Done> payer, others;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      call.answer = answer;
      call.done = true;
      payer.swap(call.payer);
      others.swap(call.others);
      // The tool was not asked: the next request may find it well again.
      if (answer.outcome.error_kind == error_kind::kCircuitOpen) {
        memory_.forget(memory_key(call.key));
      }
    }
    for (const Done& done : payer) done(answer);
    for (const Done& done : others) done(shared(answer));
  }

  const Toolbox& toolbox_;
  const Clock real_clock_{};
  const Clock& clock_;
  std::optional<ResultCache> cache_;
  std::mutex mutex_;
  Memory memory_;
  std::map<std::string, ToolLane> lanes_;  // last: their threads use everything above
};

Dispatcher::Dispatcher(const Toolbox& toolbox, const DispatcherOptions& options)
    : pool_(std::make_unique<Pool>(toolbox, options)) {}

Dispatcher::~Dispatcher() = default;

const Toolbox& Dispatcher::toolbox() const {
  return pool_->toolbox();
}

void Dispatcher::submit(Request request, Done done) {
  pool_->submit(std::move(request), std::move(done));
}

Answer Dispatcher::call(const Request& request) {
  return call_all({&request, 1}).front();
}

std::vector<Answer> Dispatcher::call_all(std::span<const Request> requests) {
  const auto waiting = std::make_shared<Waiting>(requests.size());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    submit(requests[i], [waiting, i](const Answer& answer) { waiting->arrive(i, answer); });
  }
  return waiting->wait();
}

void Dispatcher::prefetch(std::span<const Request> requests) {
  for (const Request& request : requests) {
    if (pool_->is_remote(request.tool)) pool_->submit(request, nullptr);
  }
}

}  // namespace toolformer::tools
