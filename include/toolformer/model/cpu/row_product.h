// SPDX-License-Identifier: Apache-2.0
// Products of a few rows with a matrix that oneDNN has packed: x W' + bias for x [N, inputs], W
// [outputs, inputs]. oneDNN's kernels are made for many rows: with one, they read the matrix at
// half the speed of memory. This one reads the same numbers in the order in which they lie, and
// must give the very bits of those kernels, so that a row's result does not depend on how many
// others there are. A sum of floats depends on its order only; oneDNN's order depends on the
// processor and on the shape, so it is found by comparing: candidates are tried until one gives
// equal bits for random rows, and where none does there is no such product (the caller uses oneDNN
// for few rows, too). CPU, float32, no gradients.
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
/// the numbers lie in such blocks is known only once find_accumulation_order() has found one.
PackedBlocks find_blocks(const torch::Tensor& packed, std::int64_t inputs, std::int64_t outputs);

/// The order in which the `inputs` products of one output are added up: so many in a chain of fused
/// multiply-adds that starts at zero, then the next so many; each chain's sum is added to the sum
/// of those before.
struct AccumulationOrder {
  std::int64_t chain = 0;  // products in a chain; 0: no order is known, there is no product
  int threads = 0;         // of an operation, when bits were compared: oneDNN's order depends on it
};

using ManyRows = std::function<torch::Tensor(const torch::Tensor& x)>;  // [N, in] -> [N, out]

/// The order that gives the same bits as `many_rows` for 2, 16 and 64 rows of random numbers.
AccumulationOrder find_accumulation_order(const PackedBlocks& blocks, const ManyRows& many_rows);

/// Whether multiply_rows() gives the bits that oneDNN gives to many rows, and is faster, for this
/// x [N, inputs]: at most 12 rows, and as many threads as when the order was found.
bool has_row_product(const AccumulationOrder& order, const torch::Tensor& x);

/// x [N, inputs] -> [N, outputs]: x W' + bias; bias [outputs] or undefined.
torch::Tensor multiply_rows(const PackedBlocks& blocks, const AccumulationOrder& order,
                            const torch::Tensor& x, const torch::Tensor& bias);

}  // namespace toolformer::model
