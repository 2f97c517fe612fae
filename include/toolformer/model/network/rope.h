// SPDX-License-Identifier: Apache-2.0
// Rotary position embedding (Su et al., arXiv 2104.09864), with linear and Llama 3.1 frequency
// scaling.
#pragma once

#include <torch/torch.h>

#include "toolformer/model/architecture/config.h"

namespace toolformer::model {

/// Radians per position of each rotated pair, [rotary_dim / 2] float32. `windowed`: of Gemma 3's
/// windowed layers, which have their own base and are never scaled.
torch::Tensor rope_frequencies(const ModelConfig& config, bool windowed);

/// Cosine and sine of every token's angles, [N, 1, rotary_dim] each, computed in float32 and then
/// cast to `dtype`.
struct RopeAngles {
  torch::Tensor cos, sin;
};
RopeAngles rope_angles(const torch::Tensor& frequencies, const torch::Tensor& positions,
                       RopeLayout layout, torch::Dtype dtype);

/// x [N, heads, D]: rotates the first rotary_dim dimensions of every head.
torch::Tensor rotate(const torch::Tensor& x, const RopeAngles& angles, RopeLayout layout);

}  // namespace toolformer::model
