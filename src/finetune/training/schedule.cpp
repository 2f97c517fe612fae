// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/training/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace toolformer::finetune {

std::size_t warmup_steps(double fraction, std::size_t total_steps) {
  return static_cast<std::size_t>(std::ceil(fraction * static_cast<double>(total_steps)));
}

double learning_rate(const Schedule& schedule, std::size_t done) {
  const auto steps = static_cast<double>(done);
  const auto warmup = static_cast<double>(schedule.warmup_steps);
  if (done < schedule.warmup_steps) return schedule.peak * (steps + 1) / (warmup + 1);
  if (schedule.decay == Decay::kConstant) return schedule.peak;
  const double span = std::max(1.0, static_cast<double>(schedule.total_steps) - warmup);
  const double progress = std::min(1.0, (steps - warmup) / span);
  if (schedule.decay == Decay::kLinear) return schedule.peak * (1.0 - progress);
  return schedule.peak * 0.5 * (1.0 + std::cos(std::numbers::pi * progress));
}

}  // namespace toolformer::finetune
