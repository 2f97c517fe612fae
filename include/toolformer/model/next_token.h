// SPDX-License-Identifier: Apache-2.0
// From the logits of some rows to their next tokens. Stays on the device of the logits until one id
// and one float per row are left.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "toolformer/lm/sampling.h"

namespace toolformer::model {

/// What one row asks for.
struct Choice {
  lm::SamplingOptions sampling;
  lm::CallRule call;
  double uniform = 0;  ///< in [0, 1): the only randomness
};

struct NextToken {
  text::TokenId id = 0;
  float logprob = 0;  ///< log-softmax of the unmodified logits
};

/// logits [rows, vocab] -> one token per row. Sampling inverts the cumulative distribution in the
/// order of the ids (with top_k or top_p: of decreasing probability).
std::vector<NextToken> choose_next(const torch::Tensor& logits, const std::vector<Choice>& choices);

}  // namespace toolformer::model
