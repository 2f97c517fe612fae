// SPDX-License-Identifier: Apache-2.0
// From the logits of some rows to their next tokens. Stays on the device of the logits until one id
// and one float per draw are left.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <vector>

#include "toolformer/lm/sampling.h"

namespace toolformer::model {

/// One draw from one row of logits; a row may be drawn from several times.
struct Choice {
  std::int64_t row = 0;
  lm::SamplingOptions sampling;
  lm::CallRule call;
  double uniform = 0;  ///< in [0, 1): the only randomness
};

struct NextToken {
  text::TokenId id = 0;
  float logprob = 0;  ///< log-softmax of the unmodified logits
};

/// logits [rows, vocab] float32 -> one token per choice. Sampling inverts the cumulative
/// distribution in the order of the ids (with top_k or top_p: of decreasing probability). What a
/// choice gets depends on its row alone.
std::vector<NextToken> choose_next(const torch::Tensor& logits, const std::vector<Choice>& choices);

/// logits [rows, vocab] -> [rows], the log of the sum of their exponentials; each row's alone
/// decides its value, whatever the number of rows and threads.
torch::Tensor log_normalizers(const torch::Tensor& logits);

}  // namespace toolformer::model
