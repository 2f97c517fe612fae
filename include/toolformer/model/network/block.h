// SPDX-License-Identifier: Apache-2.0
// One layer: norms, projections, rotary positions, attention, MLP. Shapes: N tokens, C hidden, H
// query heads, G key/value heads, D head dimension, M inner size of the MLP.
#pragma once

#include <torch/torch.h>

#include "toolformer/model/architecture/config.h"
#include "toolformer/model/network/attention.h"
#include "toolformer/model/network/linear.h"
#include "toolformer/model/network/rope.h"

namespace toolformer::model {

/// Weights of a norm; undefined weight: there is no such norm here.
struct NormWeights {
  torch::Tensor weight;  // [size]
  torch::Tensor bias;    // [size], layer norm only
};
/// x [..., size] -> the same shape, with the precision steps of the reference; x where there is no
/// such norm.
torch::Tensor apply(const NormWeights& norm, const ModelConfig& config, const torch::Tensor& x);

/// The tensors of one layer, taken from the parameters by name.
struct Block {
  std::int64_t index = 0;
  NormWeights attention_norm, query_norm, key_norm, attention_post_norm, mlp_norm, mlp_post_norm;
  Linear query, key, value;
  Linear fused_qkv;
  Linear attention_out, gate, up, fused_gate_up, down;
};

/// x [N, C] -> [N, C]. `angles` is null without rotary positions.
torch::Tensor apply(const Block& block, const ModelConfig& config, const torch::Tensor& x,
                    const RopeAngles* angles, Attention& attention);

}  // namespace toolformer::model
