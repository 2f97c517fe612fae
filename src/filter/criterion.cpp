// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/criterion.h"

#include <algorithm>

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

std::optional<double> delta_of(Baseline baseline, const record::Losses& losses) {
  if (baseline == Baseline::kPlain) return losses.plain - losses.result;
  if (!losses.no_result) return std::nullopt;
  if (baseline == Baseline::kNoResult) return *losses.no_result - losses.result;
  return std::min(losses.plain, *losses.no_result) - losses.result;
}

bool passes(const Criterion& criterion, double delta) {
  return criterion.comparison == Comparison::kAbove ? delta > criterion.gamma
                                                    : delta >= criterion.gamma;
}

bool may_pass(const Criterion& criterion, const record::Losses& losses) {
  return criterion.baseline == Baseline::kNoResult ||
         passes(criterion, losses.plain - losses.result);
}

}  // namespace toolformer::filter
