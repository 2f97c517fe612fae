// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/cpu/ancestor_attention.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

#include "toolformer/model/cpu/widest_instructions.h"

namespace toolformer::model {
namespace {

/// One query of one head. weights: scratch for `count` numbers.
struct Query {
  const float* q;       // [D]
  const float* keys;    // [capacity, D]
  const float* values;  // [capacity, D]
  const std::int32_t* nodes;
  std::int64_t count, dim;
  float scale;
};

TOOLFORMER_WIDEST float attend_one(const Query& query, float* weights, float* out) {
  const std::int64_t dim = query.dim;
  float largest = -INFINITY;
  for (std::int64_t j = 0; j < query.count; ++j) {
    const float* key = query.keys + query.nodes[j] * dim;
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t d = 0; d < dim; ++d) sum += query.q[d] * key[d];
    weights[j] = sum * query.scale;
    largest = std::max(largest, weights[j]);
  }
  float total = 0;
  for (std::int64_t j = 0; j < query.count; ++j) {
    weights[j] = std::exp(weights[j] - largest);
    total += weights[j];
  }
  std::fill(out, out + dim, 0.0F);
  for (std::int64_t j = 0; j < query.count; ++j) {
    const float* value = query.values + query.nodes[j] * dim;
    const float weight = weights[j] / total;
#pragma omp simd
    for (std::int64_t d = 0; d < dim; ++d) out[d] += weight * value[d];
  }
  return largest + std::log(total);
}

}  // namespace

void attend_ancestors(const AncestorRows& rows, const torch::Tensor& q, const torch::Tensor& keys,
                      const torch::Tensor& values, std::int64_t window, double scale,
                      torch::Tensor& out, torch::Tensor& lse) {
  const auto heads = q.size(1), dim = q.size(2), shared = heads / keys.size(0);
  const float* queries = q.data_ptr<float>();
  float* outs = out.data_ptr<float>();
  float* lses = lse.data_ptr<float>();
  at::parallel_for(0, static_cast<std::int64_t>(rows.nodes.size()), 8, [&](auto begin, auto end) {
    std::vector<float> weights;
    for (auto n = begin; n < end; ++n) {
      const auto& path = rows.nodes[static_cast<std::size_t>(n)];
      const auto length = static_cast<std::int64_t>(path.size());
      const auto count = window > 0 ? std::min(window, length) : length;
      weights.resize(static_cast<std::size_t>(count));
      for (std::int64_t h = 0; h < heads; ++h) {
        const auto row = (rows.begin + n) * heads + h;
        const auto group = h / shared * keys.stride(0);
        lses[row] = attend_one(
            {queries + row * dim, keys.data_ptr<float>() + group, values.data_ptr<float>() + group,
             path.data() + length - count, count, dim, static_cast<float>(scale)},
            weights.data(), outs + row * dim);
      }
    }
  });
}

}  // namespace toolformer::model
