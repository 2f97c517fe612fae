// SPDX-License-Identifier: Apache-2.0
// The learning rate as a pure function of the step: linear warm-up, then constant, linear or cosine
// down to 0.
#pragma once

#include <cstddef>

#include "toolformer/base/enum_names.h"

namespace toolformer::finetune {

enum class Decay { kConstant, kLinear, kCosine };
constexpr base::Names<3> names_of(Decay /*type*/) {
  return {"constant", "linear", "cosine"};
}

struct Schedule {
  double peak = 0;
  std::size_t warmup_steps = 0;
  std::size_t total_steps = 0;
  Decay decay = Decay::kLinear;
};

/// Steps of the warm-up: the fraction of all steps, rounded up (as transformers does for
/// warmup_ratio).
std::size_t warmup_steps(double fraction, std::size_t total_steps);

/// The rate of the update that follows `done` finished steps, done = 0 .. total_steps - 1: peak *
/// (done + 1) / (warmup + 1), then peak * decay, as in transformers'
/// get_{constant,linear,cosine}_schedule_with_warmup, whose warm-up begins with a step at rate 0,
/// which moves nothing.
double learning_rate(const Schedule& schedule, std::size_t done);

}  // namespace toolformer::finetune
