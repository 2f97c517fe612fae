// SPDX-License-Identifier: Apache-2.0
// Runs calls of a toolbox with everything that belongs to it. Every distinct call (tool, its
// version and settings, input, and the date where the tool reads it) is executed once per run,
// whoever asks how often, and not at all when the result cache knows it. Remote tools have threads
// of their own, so that no tool waits for another; local ones run in the caller's thread. Errors
// that may pass are tried again with growing, jittered pauses, not before what the tool asked for,
// within a budget; a tool that fails again and again is left alone for a while (circuit breaker).
//
//   Dispatcher dispatcher(toolbox, {.cache = "results.sqlite"});
//   dispatcher.submit({"QA", "Who?", "2019-04-25"}, [](const Answer& answer) { ... });
//
// An outcome depends on the request alone (as far as the tool's does), never on order or threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "toolformer/tools/contract/tool.h"
#include "toolformer/tools/dispatch/clock.h"
#include "toolformer/tools/dispatch/toolbox.h"

namespace toolformer::tools {

struct Request {
  std::string tool;
  std::string input;
  std::optional<std::string> date = std::nullopt;    ///< CallContext::date
  std::shared_ptr<const OwnDocument> own = nullptr;  ///< CallContext::own

  bool operator==(const Request&) const = default;
};

/// What came of a request, and what it cost. The first request of a distinct call is told that; all
/// others get `tries` 0 and `shared`.
struct Answer {
  Outcome outcome;
  std::size_t tries = 0;  ///< how often the tool was called
  bool cached = false;    ///< the result cache knew it
  bool shared = false;    ///< an earlier request of this run asked for it
};

struct DispatcherOptions {
  /// SQLite file (result_cache.h), made where there is a remote tool; empty: remembers for this run
  /// only.
  std::filesystem::path cache;
  std::size_t remembered = 1'000'000;  ///< calls; the oldest beyond them may be executed again
  const Clock* clock = nullptr;        ///< null: the real one
};

class Dispatcher {
 public:
  using Done = std::function<void(const Answer&)>;

  /// The toolbox must outlive it. Throws UsageError when the cache file is none.
  explicit Dispatcher(const Toolbox& toolbox, const DispatcherOptions& options = {});
  /// Drops what was not begun (its `done` is not called) and waits for what was.
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  const Toolbox& toolbox() const;

  /// Calls `done` once: before it returns when the answer is known or the tool is local, else in a
  /// thread of the tool. `done` must be quick and must not throw; it may submit. May be called by
  /// several threads.
  void submit(Request request, Done done);
  /// Waits. Throws Interrupted when a signal asks the run to stop (base/stop_signal.h).
  Answer call(const Request& request);
  /// All at once; answers in the order of the requests. Throws like call().
  std::vector<Answer> call_all(std::span<const Request> requests);
  /// Begins what would have to be waited for, so that a later request finds it done or under way;
  /// that one is told the cost.
  void prefetch(std::span<const Request> requests);

 private:
  class Pool;
  std::unique_ptr<Pool> pool_;
};

}  // namespace toolformer::tools
