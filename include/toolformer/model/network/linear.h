// SPDX-License-Identifier: Apache-2.0
// Where activations meet weight matrices. Shapes: N tokens, `in` and `out` sizes of a layer.
#pragma once

#include <torch/torch.h>

#include <functional>

#include "toolformer/model/cpu/packed_matrix.h"

namespace toolformer::model {

/// A product of two thin matrices beside a matrix (Hu et al. 2021, arXiv 2106.09685).
struct LowRank {
  torch::Tensor a;  // [rank, in], or undefined
  torch::Tensor b;  // [out, rank]
  double scale = 0;
};

/// A matrix with an optional bias and an optional low-rank adapter.
struct Linear {
  torch::Tensor weight;  // [out, in], or [in, out] if in_out; undefined once packed
  torch::Tensor bias;    // [out], or undefined
  bool in_out = false;   // GPT-2's Conv1D
  PackedMatrix packed;   // the weight for inference, or undefined
  LowRank adapter;
  bool defined() const { return weight.defined() || packed.defined(); }
};

/// x [N, in] -> [N, out]: x W' + bias + scale (x A') B'
torch::Tensor apply(const Linear& linear, const torch::Tensor& x);

/// weight [out, in] -> the same as oneDNN's kernels take it: pack_matrix, pack_int8.
using PackWeight = std::function<PackedMatrix(const torch::Tensor& weight)>;

/// The same for inference: packed, and without the weight itself. No gradient flows through it.
Linear pack(const Linear& linear, const PackWeight& pack_weight);

}  // namespace toolformer::model
