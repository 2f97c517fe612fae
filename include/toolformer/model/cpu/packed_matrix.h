// SPDX-License-Identifier: Apache-2.0
// Products of activations with weight matrices by oneDNN: several times faster than torch::linear
// for a few rows, and a row's result does not depend on how many others there are. What one
// processor can and another cannot is asked here.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <map>
#include <utility>

#include "toolformer/model/cpu/row_product.h"

namespace toolformer::model {

/// A weight matrix [outputs, inputs] in oneDNN's own layout. For inference: no gradient flows
/// through it.
struct PackedMatrix {
  torch::Tensor packed;          ///< or undefined: there is none
  PackedBlocks blocks;           ///< the same numbers, for few rows; null where that is not known
  AccumulationOrder order;       ///< of the sums over the inputs, in such blocks
  torch::Tensor channel_scales;  ///< [outputs] of a matrix in eight bits; undefined otherwise
  bool defined() const { return packed.defined(); }
};

/// x [N, inputs] -> [N, outputs]: x W' + bias; bias [outputs] or undefined.
torch::Tensor multiply(const PackedMatrix& weight, const torch::Tensor& x,
                       const torch::Tensor& bias);

/// Whether pack_matrix() can do something for weights like this one: on a CPU for which oneDNN is
/// built in, float32, or bfloat16 and float16 where it has kernels for them on this processor.
bool can_pack(const torch::Tensor& weight);

/// weight [outputs, inputs]. at::set_num_threads comes before: with another number of threads than
/// when it was packed, a product of few rows takes about twice as long.
PackedMatrix pack_matrix(const torch::Tensor& weight);

/// pack_matrix() for many matrices: what has to be found out about a shape is found out once.
class MatrixPacker {
 public:
  PackedMatrix pack(const torch::Tensor& weight);

 private:
  std::map<std::pair<std::int64_t, std::int64_t>, AccumulationOrder>
      orders_;  // by outputs and inputs
};

/// Whether pack_int8() can be used: float32 on a CPU for which oneDNN is built in and whose
/// eight-bit sums are exact (AVX-512 VNNI, AVX-VNNI, AMX; tried once).
bool can_pack_int8(const torch::Tensor& weight);

/// weight [outputs, inputs] in eight bits with a scale for every output, the activations then too
/// with a scale for every row (Dettmers et al. 2022, arXiv 2208.07339, section 3.1, without
/// outliers). Sums are integers: a row's result does not depend on the others. Relative error about
/// 1e-2.
PackedMatrix pack_int8(const torch::Tensor& weight);

/// x [N, in], weight [out, in], bias [out] or undefined -> x W' + bias [N, out], differentiable. On
/// the CPU in float32 by oneDNN, which is at least as fast as libtorch's own choice everywhere and
/// twice as fast on some processors; anything else, mixed precision too, is torch::linear.
torch::Tensor product(const torch::Tensor& x, const torch::Tensor& weight,
                      const torch::Tensor& bias = {});

/// Whether this processor multiplies matrices in bfloat16 several times as fast as in float32: it
/// has tiles for them (AMX). Instructions for vectors of them (AVX512-BF16) make products twice as
/// fast, but everything between the products slower than our float32 kernels.
bool has_bfloat16_tiles();

}  // namespace toolformer::model
