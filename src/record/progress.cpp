// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/progress.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdio>

#include "toolformer/base/duration.h"

namespace toolformer::record {
Progress::Progress(const std::string& kind, double fraction_at_start)
    : kind_(kind == "none"                                                      ? Kind::kNone
            : kind == "bar" || (kind == "auto" && ::isatty(STDERR_FILENO) != 0) ? Kind::kBar
                                                                                : Kind::kPlain),
      fraction_at_start_(fraction_at_start) {}

Progress::~Progress() {
  if (line_open_) fmt::print(stderr, "\n");
}

std::string Progress::describe(const Position& position, double seconds, double fraction_at_start) {
  std::string text = fmt::format("{} {}", position.records, position.unit);
  if (position.rejected > 0) text += fmt::format(", {} rejected", position.rejected);
  if (seconds > 0)
    text += fmt::format(", {:.3g} {}/s", static_cast<double>(position.records) / seconds,
                        position.unit);
  if (position.fraction > 0) {
    text += fmt::format(", {:.0f}%", 100 * position.fraction);
    const double done = position.fraction - fraction_at_start;
    if (done > 0 && seconds > 0 && position.fraction < 1) {
      text +=
          fmt::format(", {} left", base::format_duration(seconds * (1 - position.fraction) / done));
    }
  }
  return text;
}

void Progress::show(const Position& position) {
  show(position.fraction, [&] {
    return describe(position, std::chrono::duration<double>(Clock::now() - start_).count(),
                    fraction_at_start_);
  });
}

void Progress::show(double fraction, const std::function<std::string()>& text, bool at_once) {
  if (kind_ == Kind::kNone) return;
  const Clock::time_point now = Clock::now();
  const std::chrono::duration<double> since = now - shown_;
  if (!at_once && since.count() < (kind_ == Kind::kBar ? 0.2 : 10.0)) return;
  shown_ = now;
  if (kind_ == Kind::kPlain) {
    spdlog::info("{}", text());
    return;
  }
  constexpr int kWidth = 30;
  const int filled = static_cast<int>(kWidth * fraction);
  fmt::print(stderr, "\r\x1b[K[{:=<{}}{: <{}}] {}", "", filled, "", kWidth - filled, text());
  std::fflush(stderr);
  line_open_ = true;
}

}  // namespace toolformer::record
