// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/criterion.h"

#include <algorithm>

#include "toolformer/base/error.h"

namespace toolformer::filter {

Placement parse_placement(std::string_view name) {
  if (name == "inline") return Placement::kInline;
  if (name == "prefix") return Placement::kPrefix;
  if (name == "primed") return Placement::kPrimed;
  base::throw_error<base::UsageError>("--placement must be inline, prefix or primed, got `{}`",
                                      name);
}

Baseline parse_baseline(std::string_view name) {
  if (name == "plain") return Baseline::kPlain;
  if (name == "no_result") return Baseline::kNoResult;
  if (name == "min") return Baseline::kMin;
  base::throw_error<base::UsageError>("--baseline must be plain, no_result or min, got `{}`", name);
}

Comparison parse_comparison(std::string_view name) {
  if (name == "above") return Comparison::kAbove;
  if (name == "at_least") return Comparison::kAtLeast;
  base::throw_error<base::UsageError>("--comparison must be above or at_least, got `{}`", name);
}

Criterion preset(std::string_view name, std::string_view tool) {
  if (name == "primed") return {};
  if (name == "windowed") {
    return {.window = 32, .placement = Placement::kInline, .baseline = Baseline::kPlain};
  }
  if (name == "paper") {
    const bool lenient = tool == "Calculator" || tool == "MT";
    return {.window = 5,
            .weights = Weights::kLinear,
            .placement = Placement::kPrefix,
            .baseline = Baseline::kMin,
            .gamma = lenient ? 0.5 : 1.0,
            .comparison = Comparison::kAtLeast};
  }
  base::throw_error<base::UsageError>("--preset must be primed, windowed or paper, got `{}`", name);
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
