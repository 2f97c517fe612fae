// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/cpu/row_product.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "toolformer/model/cpu/find_operator.h"
#include "toolformer/model/cpu/widest_instructions.h"

namespace toolformer::model {
namespace {

constexpr std::int64_t kWidth = 64;        // outputs of a block
constexpr std::int64_t kRowsAtOnce = 3;    // whose sums fit in registers
constexpr std::int64_t kBlocksAtOnce = 4;  // of one row: more streams, faster reading
constexpr std::int64_t kFewRows = 12;      // beyond, oneDNN is as fast
constexpr std::int64_t kNumbersPerTask = 65536;
constexpr std::int64_t kProbedNumbers = 1 << 25;  // larger matrices are compared with few rows only

using Lanes = float __attribute__((vector_size(32)));
constexpr std::int64_t kLanes = 8, kParts = kWidth / kLanes;

/// A few rows times one block or some that follow each other.
struct Task {
  const float* x;        // [rows, inputs]
  const float* weights;  // [blocks, stride, 64]
  std::int64_t inputs, stride, chain;
  float* sums;  // [rows, blocks, 64]
};

template <int kRows, int kBlocks>
inline __attribute__((always_inline)) void multiply(const Task& task) {
  for (std::int64_t begin = 0; begin < task.inputs; begin += task.chain) {
    const std::int64_t end = std::min(begin + task.chain, task.inputs);
    Lanes sums[kRows][kBlocks][kParts] = {};
    for (std::int64_t k = begin; k < end; ++k) {
      for (std::int64_t block = 0; block < kBlocks; ++block) {
        for (std::int64_t part = 0; part < kParts; ++part) {
          Lanes weights;
          std::memcpy(&weights, task.weights + (block * task.stride + k) * kWidth + part * kLanes,
                      sizeof weights);
          // A fused multiply-add where the processor has one; elsewhere no chain has oneDNN's bits.
          for (int row = 0; row < kRows; ++row)
            sums[row][block][part] += weights * task.x[row * task.inputs + k];
        }
      }
    }
    const Lanes* sum = &sums[0][0][0];
    for (int i = 0; i < kRows * kBlocks * kParts; ++i) {
      Lanes total = sum[i];
      if (begin > 0) {
        Lanes before;
        std::memcpy(&before, task.sums + i * kLanes, sizeof before);
        total = before + total;
      }
      std::memcpy(task.sums + i * kLanes, &total, sizeof total);
    }
  }
}

TOOLFORMER_WIDEST void multiply_one_by_four(const Task& task) {
  multiply<1, kBlocksAtOnce>(task);
}
TOOLFORMER_WIDEST void multiply_one(const Task& task) {
  multiply<1, 1>(task);
}
TOOLFORMER_WIDEST void multiply_two(const Task& task) {
  multiply<2, 1>(task);
}
TOOLFORMER_WIDEST void multiply_three(const Task& task) {
  multiply<3, 1>(task);
}

/// rows: 1 to kRowsAtOnce, or one row with kBlocksAtOnce blocks.
void multiply(const Task& task, std::int64_t rows, std::int64_t blocks) {
  if (blocks > 1) return multiply_one_by_four(task);
  if (rows == 1) return multiply_one(task);
  return rows == 2 ? multiply_two(task) : multiply_three(task);
}

std::int64_t blocks_of(std::int64_t outputs) {
  return (outputs + kWidth - 1) / kWidth;
}

}  // namespace

PackedBlocks find_blocks(const torch::Tensor& packed, std::int64_t inputs, std::int64_t outputs) {
  using Number = std::int64_t(const at::Tensor&);
  static const auto address = find_operator<Number>("mkldnn::data_ptr");
  static const auto bytes = find_operator<Number>("mkldnn::_nbytes");
  if (!packed.is_mkldnn() || packed.scalar_type() != torch::kFloat32) return {};
  const auto numbers = bytes.call(packed) / static_cast<std::int64_t>(sizeof(float));
  const auto per_input = blocks_of(outputs) * kWidth;
  if (numbers % per_input != 0 || numbers / per_input < inputs) return {};
  return {.packed = packed,
          .weights = reinterpret_cast<const float*>(address.call(packed)),
          .inputs = inputs,
          .outputs = outputs,
          .stride = numbers / per_input};
}

AccumulationOrder find_accumulation_order(const PackedBlocks& blocks, const ManyRows& many_rows) {
  if (blocks.weights == nullptr) return {};
  auto random = at::detail::createCPUGenerator(1);
  std::vector<std::int64_t> chains = {512, 1024, blocks.inputs};  // 512, 1024: met in oneDNN 3
  for (const std::int64_t rows : {2, 16, 64}) {
    if (rows == 64 && blocks.inputs * blocks.outputs > kProbedNumbers) break;
    const auto x = torch::randn({rows, blocks.inputs}, random);
    const auto expected = many_rows(x).slice(0, -2);
    std::erase_if(chains, [&](std::int64_t chain) {
      return !torch::equal(multiply_rows(blocks, {.chain = chain}, x.slice(0, -2), {}), expected);
    });
  }
  if (chains.empty()) return {};
  return {.chain = chains.front(), .threads = at::get_num_threads()};
}

bool has_row_product(const AccumulationOrder& order, const torch::Tensor& x) {
  return order.chain > 0 && x.size(0) <= kFewRows && x.scalar_type() == torch::kFloat32 &&
         order.threads == at::get_num_threads();
}

torch::Tensor multiply_rows(const PackedBlocks& blocks, const AccumulationOrder& order,
                            const torch::Tensor& x, const torch::Tensor& bias) {
  const auto inputs = blocks.inputs, outputs = blocks.outputs, count = x.size(0);
  const auto rows = x.contiguous();
  auto out = torch::empty({count, outputs});
  const float* from = rows.data_ptr<float>();
  const float* added = bias.defined() ? bias.data_ptr<float>() : nullptr;
  float* to = out.data_ptr<float>();
  const auto grain = std::max<std::int64_t>(1, kNumbersPerTask / (kWidth * inputs));
  at::parallel_for(0, blocks_of(outputs), grain, [&](auto begin, auto end) {
    alignas(64) float sums[std::max(kRowsAtOnce, kBlocksAtOnce) * kWidth];
    for (auto block = begin, step = begin; block < end; block += step) {
      step = count == 1 && block + kBlocksAtOnce <= end ? kBlocksAtOnce : 1;
      const auto first = block * kWidth, width = std::min(step * kWidth, outputs - first);
      for (std::int64_t row = 0; row < count; row += kRowsAtOnce) {
        const auto some = std::min(kRowsAtOnce, count - row);
        multiply({from + row * inputs, blocks.weights + first * blocks.stride, inputs,
                  blocks.stride, order.chain, sums},
                 some, step);
        for (std::int64_t i = 0; i < some; ++i) {
          float* const place = to + (row + i) * outputs + first;
          std::copy_n(sums + i * step * kWidth, width, place);
          for (std::int64_t j = 0; added != nullptr && j < width; ++j) place[j] += added[first + j];
        }
      }
    }
  });
  return out;
}

}  // namespace toolformer::model
