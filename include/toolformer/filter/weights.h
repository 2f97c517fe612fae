// SPDX-License-Identifier: Apache-2.0
// How much the tokens behind a call count: w_t for t = 0 .. window - 1.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "toolformer/base/enum_names.h"

namespace toolformer::filter {

enum class Weights {
  kUniform,  ///< w_t = 1
  kLinear,  ///< w_t = max(0, 1 - 0.2 t), divided by their sum: 1/3, .2667, .2, .1333, .0667 (paper,
            ///< section 4.1)
};
constexpr base::Names<2> names_of(Weights /*type*/) {
  return {"uniform", "linear"};
}

/// What losses, delta and gamma are measured in. Uniform weights sum to the window, linear ones to
/// 1, so the same gamma asks for several times as much of the text under linear weights.
constexpr std::string_view unit_of(Weights weights) {
  return weights == Weights::kUniform ? "nats over the window" : "weighted mean nats";
}

/// The weights do not depend on how much text follows the call: where it ends within the window,
/// the missing tokens count nothing and the others keep their weights, as in the paper's sum.
std::vector<double> make_weights(Weights kind, std::size_t window);

}  // namespace toolformer::filter
