// SPDX-License-Identifier: Apache-2.0
// Attention of tree tokens to their own ancestors: few keys for each token, at scattered places.
// Written out for the CPU in float32, where a call of libtorch per tree and layer would cost more
// than the arithmetic. Shapes: N tokens, H query heads, G key/value heads, D head dimension.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <vector>

namespace toolformer::model {

/// Tokens [begin, begin + nodes.size()) of a pass, all of one tree.
struct AncestorRows {
  std::int64_t begin = 0;
  std::vector<std::vector<std::int32_t>> nodes;  ///< of each token: root to itself, as key indices
};

/// Fills rows of out [N, H, D] and lse [N, H] (log of the sum of exp(scale q.k)); q [N, H, D]; keys
/// and values [G, capacity, D] of one tree and layer. A token sees the last `window` of its path,
/// itself included; 0: all. All tensors contiguous float32 on the CPU, except that the keys and
/// values may be one layer of a larger buffer.
void attend_ancestors(const AncestorRows& rows, const torch::Tensor& q, const torch::Tensor& keys,
                      const torch::Tensor& values, std::int64_t window, double scale,
                      torch::Tensor& out, torch::Tensor& lse);

}  // namespace toolformer::model
