// SPDX-License-Identifier: Apache-2.0
// How far a run is, on stderr: one line that is rewritten on a terminal, else a line every few
// seconds.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace toolformer::finetune {

struct ProgressLine {
  std::size_t step = 0, total = 0;
  double loss = 0;  ///< of the last step; ignored when it was bad
  bool bad = false;
  double tokens_per_second = 0;  ///< over the whole run
  double seconds_left = 0;
};

/// "step 12/400 (3%)  loss 1.2345  812 tokens/s  left 3 min 20 s"
std::string format(const ProgressLine& line);

class Progress {
 public:
  /// `mode`: auto | bar | plain | none; auto is bar on a terminal.
  explicit Progress(const std::string& mode);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(const ProgressLine& line);

 private:
  bool bar_ = false, plain_ = false, open_line_ = false;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace toolformer::finetune
