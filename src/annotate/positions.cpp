// SPDX-License-Identifier: Apache-2.0
#include "toolformer/annotate/positions.h"

#include <algorithm>
#include <cmath>

#include "toolformer/lm/prompted_document.h"

namespace toolformer::annotate {

std::vector<Position> choose_positions(std::string_view document,
                                       std::span<const text::Token> tokens,
                                       std::span<const float> probe_logprobs,
                                       const PositionRule& rule) {
  std::vector<Position> positions;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const double p = std::exp(static_cast<double>(probe_logprobs[i]));
    // A comparison with NaN is false: places without a defined p fall out here.
    if (p > rule.tau_s && lm::is_call_place(document, tokens, i)) {
      positions.push_back({i, tokens[i].begin, p});
    }
  }
  std::stable_sort(positions.begin(), positions.end(),
                   [](const Position& a, const Position& b) { return a.p > b.p; });
  if (positions.size() > rule.k) positions.resize(rule.k);
  std::sort(positions.begin(), positions.end(),
            [](const Position& a, const Position& b) { return a.token < b.token; });
  return positions;
}

}  // namespace toolformer::annotate
