// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/criterion.h"

#include <algorithm>
#include <limits>

namespace toolformer::filter {

Criterion preset(Preset name, std::string_view tool) {
  const bool lenient = tool == "Calculator" || tool == "MT";
  switch (name) {
    case Preset::kPrimed:
      break;
    case Preset::kWindowed:
      return {.window = 32, .placement = Placement::kInline, .baseline = Baseline::kPlain};
    case Preset::kPaper:
      return {.window = 5,
              .weights = Weights::kLinear,
              .placement = Placement::kPrefix,
              .baseline = Baseline::kMin,
              .gamma = lenient ? 0.5 : 1.0,
              .comparison = Comparison::kAtLeast};
  }
  return {};
}

const Criterion& Criteria::of(std::string_view tool) const {
  const auto own = by_tool.find(tool);
  return own == by_tool.end() ? others : own->second;
}

double weighted_loss(std::span<const float> logprobs, std::span<const double> weights) {
  double loss = 0;
  for (std::size_t t = 0; t < std::min(logprobs.size(), weights.size()); ++t) {
    loss -= weights[t] * static_cast<double>(logprobs[t]);
  }
  return loss;
}

std::optional<double> delta_of(Baseline baseline, const record::Call& call) {
  const record::Losses& losses = *call.loss;
  const bool lacks_no_result = baseline != Baseline::kPlain && !losses.no_result;
  const bool lacks_other = baseline == Baseline::kOther && !call.others.empty() && !losses.other;
  if (lacks_no_result || lacks_other) return std::nullopt;
  return largest_delta(baseline, losses);
}

double largest_delta(Baseline baseline, const record::Losses& losses) {
  constexpr double kUnknown = std::numeric_limits<double>::infinity();
  double least = baseline == Baseline::kNoResult ? kUnknown : losses.plain;
  if (baseline != Baseline::kPlain) least = std::min(least, losses.no_result.value_or(kUnknown));
  if (baseline == Baseline::kOther) least = std::min(least, losses.other.value_or(kUnknown));
  return least - losses.result;
}

bool passes(const Criterion& criterion, double delta) {
  return criterion.comparison == Comparison::kAbove ? delta > criterion.gamma
                                                    : delta >= criterion.gamma;
}

bool may_pass(const Criterion& criterion, const record::Losses& losses) {
  return passes(criterion, largest_delta(criterion.baseline, losses));
}

}  // namespace toolformer::filter
