// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/weights.h"

#include <algorithm>
#include <numeric>

namespace toolformer::filter {

std::vector<double> make_weights(Weights kind, std::size_t window) {
  std::vector<double> weights(window, 1.0);
  if (kind == Weights::kUniform) return weights;
  for (std::size_t t = 0; t < window; ++t) {
    weights[t] = std::max(0.0, 1.0 - 0.2 * static_cast<double>(t));
  }
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) weight /= sum;
  return weights;
}

}  // namespace toolformer::filter
