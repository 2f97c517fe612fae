// SPDX-License-Identifier: Apache-2.0
// Attention of many queries to keys that they share (a document, the demonstrations): written out
// for the CPU in float32. Six queries at a time meet blocks of keys in registers, with a running
// maximum and sum (Dao et al. 2022, arXiv 2205.14135, algorithm 1). A library's matrix product is
// half as fast for so few rows, and rounds a row according to how many others there are. Shapes:
// N tokens of a pass, n of them that see the keys, H query heads, G key/value heads, S keys, D head
// dimension.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <vector>

namespace toolformer::model {

/// Keys and values laid out for attend_shared(): of one layer, or of several along a first
/// dimension.
struct PackedKv {
  torch::Tensor keys;    ///< [..., G, D, S and zeros up to a multiple of kKeyStep]
  torch::Tensor values;  ///< [..., G, S, D and zeros up to a multiple of kKeyStep]
  PackedKv layer(std::int64_t index) const { return {keys[index], values[index]}; }
};
inline constexpr std::int64_t kKeyStep = 32;

/// keys, values [..., G, S, D]
PackedKv pack_kv(const torch::Tensor& keys, const torch::Tensor& values);

/// Which tokens see which of the keys.
struct KeyRanges {
  std::vector<std::int64_t> tokens;         ///< [n] of the pass
  std::vector<std::int64_t> first, behind;  ///< [n] each sees the keys [first, behind)
};

/// Joins the shared keys to what their tokens have seen already: rows of out [N, H, D] and lse
/// [N, H] (log of the sum of exp(scale q.k), not -inf) are updated in place; q [N, H, D]. All
/// contiguous float32 on the CPU. What a token gets does not depend on the others.
void attend_shared(const KeyRanges& ranges, const torch::Tensor& q, const PackedKv& shared,
                   double scale, torch::Tensor& out, torch::Tensor& lse);

}  // namespace toolformer::model
