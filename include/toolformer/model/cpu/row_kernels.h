// SPDX-License-Identifier: Apache-2.0
// What happens to every row of activations between the matrices, each in one pass over memory: for
// a few dozen rows libtorch's separate operations cost as much as a matrix product. CPU, float32,
// no gradients. A row's result does not depend on the others.
#pragma once

#include <torch/torch.h>

namespace toolformer::model {

/// Whether the kernels below may stand in for libtorch's operations on this tensor.
bool has_row_kernels(const torch::Tensor& x);

/// x [..., size], weight [size] -> x / sqrt(mean(x^2) + eps) * weight (Zhang and Sennrich 2019,
/// arXiv 1910.07467); with `plus_one` the factor is 1 + weight.
torch::Tensor rms_norm_rows(const torch::Tensor& x, const torch::Tensor& weight, double eps,
                            bool plus_one);

/// x [N, heads, D]; cos, sin [N, 1, R], R <= D: rotates the first R numbers of every head, number i
/// with number i + R / 2 (Su et al. 2021, arXiv 2104.09864, in the layout of Llama).
torch::Tensor rotate_rows(const torch::Tensor& x, const torch::Tensor& cos,
                          const torch::Tensor& sin);

/// Rows in eight bits: x[i, j] is about scales[i] * (values[i, j] - kByteZero).
struct ByteRows {
  torch::Tensor values;  ///< [N, size] uint8
  torch::Tensor scales;  ///< [N] float32, each the largest magnitude of its row / 127
};
inline constexpr int kByteZero = 128;

/// x [N, size] -> the nearest such rows. Every row has a scale of its own, so that what becomes of
/// it does not depend on the others.
ByteRows quantize_rows(const torch::Tensor& x);

/// In place: x[i] = x[i] * scales[i] + bias. x [N, size] contiguous, scales [N], bias [size] or
/// undefined.
void rescale_rows(torch::Tensor& x, const torch::Tensor& scales, const torch::Tensor& bias);

}  // namespace toolformer::model
