// SPDX-License-Identifier: Apache-2.0
// choose_next() for logits that lie on another device: all choices at once by libtorch's own
// operations, so that the logits stay where they are and one small copy brings the answers.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "toolformer/model/engine/next_token.h"

namespace toolformer::model {

/// logits [rows, vocab] float32 on any device -> one token per choice, by the same rule as
/// choose_next(); sums are rounded otherwise, so that a draw at the edge of two ids may differ.
std::vector<NextToken> choose_on_device(const torch::Tensor& logits,
                                        const std::vector<Choice>& choices);

}  // namespace toolformer::model
