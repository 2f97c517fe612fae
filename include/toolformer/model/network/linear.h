// SPDX-License-Identifier: Apache-2.0
// The one place where activations meet weight matrices.
#pragma once

#include <torch/torch.h>

#include <map>
#include <utility>

#include "toolformer/model/cpu/row_product.h"

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
  torch::Tensor packed;  // the weight in oneDNN's own layout, or undefined
  PackedBlocks blocks;   // the same numbers, for few rows; null where that is not known
  AccumulationOrder sums;
  torch::Tensor channel_scales;  // [out] of a weight packed in eight bits; undefined otherwise
  LowRank adapter;
  bool defined() const { return weight.defined() || packed.defined(); }
};

/// x [N, in] -> [N, out]: x W' + bias + scale (x A') B'
torch::Tensor apply(const Linear& linear, const torch::Tensor& x);

/// x [N, in], weight [out, in] -> [N, out], differentiable; by oneDNN where can_pack() holds, which
/// is at least as fast as libtorch's own choice everywhere and twice as fast on some processors.
torch::Tensor product(const torch::Tensor& x, const torch::Tensor& weight);

/// Whether pack() can do something for weights like this one: on a CPU for which oneDNN is built
/// in, float32, or bfloat16 and float16 where the processor has instructions for them.
bool can_pack(const torch::Tensor& weight);

/// Lays the weight out for oneDNN's kernels: several times faster than torch::linear for a few
/// rows, and a row's result does not depend on how many others there are. For inference only: no
/// gradient flows through it.
/// at::set_num_threads comes before: with another number of threads than when it was packed, a
/// product of few rows takes about twice as long.
Linear pack(const Linear& linear);

/// pack() for many matrices: what has to be found out about a shape is found out once.
class Packer {
 public:
  Linear pack(const Linear& linear);

 private:
  std::map<std::pair<std::int64_t, std::int64_t>, AccumulationOrder>
      sums_;  // by outputs and inputs
};

/// Whether pack_int8() can be used: float32 on a CPU for which oneDNN is built in and whose
/// eight-bit sums are exact (AVX-512 VNNI, AVX-VNNI, AMX; tried once).
bool can_pack_int8(const torch::Tensor& weight);

/// The weight in eight bits with a scale for every output, the activations then too with a scale
/// for every row (Dettmers et al. 2022, arXiv 2208.07339, section 3.1, without outliers).
/// AccumulationOrder are integers: a row's result does not depend on the others. Relative error
/// about 1e-2; for inference only.
Linear pack_int8(const Linear& linear);

}  // namespace toolformer::model
