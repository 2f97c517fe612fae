// SPDX-License-Identifier: Apache-2.0
// How the next token is chosen.
#pragma once

#include <cstddef>
#include <optional>

#include "toolformer/text/tokenizer.h"

namespace toolformer::lm {

struct SamplingOptions {
  double temperature = 1.0;  ///< 0: the most likely token (ties: the lowest id)
  std::size_t top_k = 0;     ///< only the k most likely; 0: all
  double top_p = 1.0;  ///< the smallest set of most likely tokens that holds this much; 1: all
};

/// When a call is begun instead of the chosen token: where all three conditions hold. The paper's
/// rule (section 4.2) is top_k alone.
struct CallRule {
  std::optional<text::TokenId> open;  ///< the token that opens a call; absent: the rule is off
  std::size_t top_k =
      0;  ///< open a call when `open` is among the k most likely; 0: never choose `open`
  double least_p = 0;      ///< and its probability is at least this
  double least_ratio = 0;  ///< and at least this many times that of the likeliest other token
};

}  // namespace toolformer::lm
