// SPDX-License-Identifier: Apache-2.0
// How far a run is, on stderr.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

namespace toolformer::record {

class Progress {
 public:
  /// `kind` is auto (bar on a terminal, plain otherwise), bar, plain (a line every ten seconds) or
  /// none. What lies before `fraction_at_start` was done by an earlier run.
  explicit Progress(const std::string& kind, double fraction_at_start = 0);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  struct Position {
    std::size_t records = 0;   ///< done since the start, by this process
    std::size_t rejected = 0;  ///< of the shard so far
    double fraction = 0;       ///< of the input that was read; 0: unknown
    const char* unit = "records";
  };
  /// Cheap: shows something only when it is time to.
  void show(const Position& position);
  /// The same for what is counted otherwise; `at_once`: whether or not it is time. `text` is asked
  /// only when it is shown.
  void show(double fraction, const std::function<std::string()>& text, bool at_once = false);

  /// "1,204 records, 3 rejected, 41.2 records/s, 63%, 2 min 5 s left"
  static std::string describe(const Position& position, double seconds, double fraction_at_start);

 private:
  using Clock = std::chrono::steady_clock;
  enum class Kind { kNone, kPlain, kBar };
  Kind kind_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point shown_ = start_;
  double fraction_at_start_;  // what a resumed run passed over took no time
  bool line_open_ = false;
};

}  // namespace toolformer::record
