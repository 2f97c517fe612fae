// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/training/progress.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>

#include "toolformer/base/duration.h"
#include "toolformer/base/error.h"

namespace toolformer::finetune {
namespace {

constexpr std::chrono::milliseconds kBarInterval{200};
constexpr std::chrono::seconds kPlainInterval{5};

}  // namespace

std::string format(const ProgressLine& line) {
  const std::string loss = line.bad ? "skipped" : fmt::format("loss {:.4f}", line.loss);
  return fmt::format("step {}/{} ({}%)  {}  {:.0f} tokens/s  left {}", line.step, line.total,
                     line.total == 0 ? 100 : 100 * line.step / line.total, loss,
                     line.tokens_per_second, base::format_duration(line.seconds_left));
}

Progress::Progress(const std::string& mode) {
  if (mode != "auto" && mode != "bar" && mode != "plain" && mode != "none") {
    base::throw_error<base::UsageError>("--progress: {} is none of auto, bar, plain, none", mode);
  }
  bar_ = mode == "bar" || (mode == "auto" && isatty(STDERR_FILENO) != 0);
  plain_ = !bar_ && mode != "none";
}

Progress::~Progress() {
  if (open_line_) std::fputc('\n', stderr);
}

void Progress::show(const ProgressLine& line) {
  const auto now = std::chrono::steady_clock::now();
  const bool edge = line.step <= 1 || line.step == line.total;
  if (bar_ && (edge || now - last_ >= kBarInterval)) {
    fmt::print(stderr, "\r{}\x1b[K", format(line));
    std::fflush(stderr);
    open_line_ = true;
    last_ = now;
  }
  if (plain_ && (edge || now - last_ >= kPlainInterval)) {
    spdlog::info("{}", format(line));
    last_ = now;
  }
}

}  // namespace toolformer::finetune
