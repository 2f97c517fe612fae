// SPDX-License-Identifier: Apache-2.0
// A pack as the model sees it: examples end to end, positions restarting, no padding.
// Shapes: N tokens, M of them predict a token that counts in the loss.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <span>
#include <vector>

#include "toolformer/calls/encode_call.h"

namespace toolformer::finetune {

struct MicroBatch {
  torch::Tensor ids;                    ///< [N] int64
  torch::Tensor positions;              ///< [N] int64, each example counts from 0
  std::vector<std::int64_t> lengths;    ///< of the examples; they add up to N
  torch::Tensor rows;                   ///< [M] int64: which of the N hidden states predict
  torch::Tensor targets;                ///< [M] int64: the token behind each
  std::vector<calls::TokenRole> roles;  ///< [M] of each target
};

/// The first token of an example is nobody's target; those of results only with `result_loss`.
MicroBatch make_micro_batch(std::span<const calls::LabelledTokens* const> examples,
                            bool result_loss, torch::Device device);

}  // namespace toolformer::finetune
