// SPDX-License-Identifier: Apache-2.0
// Products of a few rows with a matrix that oneDNN has packed. oneDNN's kernels are made for many
// rows: with one, they read the matrix at half the speed of memory. This one reads the same bytes
// in the order in which they lie, and rounds as those kernels do, so that a row's result does not
// depend on how many others there are. What oneDNN does on this processor is found out by
// comparing: where no way of adding up gives its bits, there is no such product. CPU, float32, no
// gradients.
#pragma once

#include <torch/torch.h>

#include <functional>

namespace toolformer::model {

/// A matrix as oneDNN packs it: blocks of 64 outputs, in each the weights of the first input, those
/// of the second and so on.
struct PackedBlocks {
  torch::Tensor packed;            // owns the numbers
  const float* weights = nullptr;  // [ceil(outputs / 64)][stride][64]; null: not such a matrix
  std::int64_t inputs = 0, outputs = 0;
  std::int64_t stride = 0;  // inputs, and what was added to fill them up
};

/// The matrix [outputs, inputs] behind a result of mkldnn::_reorder_linear_weight, not copied. That
/// the numbers lie in such blocks is known only once find_accumulation_order() has found a way.
PackedBlocks find_blocks(const torch::Tensor& packed, std::int64_t inputs, std::int64_t outputs);

/// How an output is summed up: so many products in a chain of fused multiply-adds that starts at
/// zero, then the next so many; each chain's sum is added to the sum of those before.
struct AccumulationOrder {
  std::int64_t chain = 0;  // 0: in no way known here
  int threads = 0;         // of an operation, when they were compared
};

using ManyRows = std::function<torch::Tensor(const torch::Tensor& x)>;  // [N, in] -> [N, out]

/// The way that gives the same bits as `many_rows` for 2, 16 and 64 rows.
AccumulationOrder find_accumulation_order(const PackedBlocks& blocks, const ManyRows& many_rows);

/// Whether multiply_rows() gives the bits of many rows for this x [N, in], and sooner.
bool has_row_product(const AccumulationOrder& order, const torch::Tensor& x);

/// x [N, inputs] -> [N, outputs]: x W' + bias; bias [outputs] or undefined.
torch::Tensor multiply_rows(const PackedBlocks& blocks, const AccumulationOrder& order,
                            const torch::Tensor& x, const torch::Tensor& bias);

}  // namespace toolformer::model
