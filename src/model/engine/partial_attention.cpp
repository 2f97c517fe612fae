// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/engine/partial_attention.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace toolformer::model {
namespace {

// Products of fewer rows than this take other kernels, which round otherwise: queries are filled up
// to a multiple, so that no product, and none at the end of a block, has fewer.
constexpr std::int64_t kRows = 4;
// The least block of queries of libtorch's kernel.
constexpr std::int64_t kBlock = 32;
constexpr float kHidden = -std::numeric_limits<float>::infinity();

/// Query heads that share a key/value head become rows of one product: [N, H, D] -> [G, H/G * N, D]
torch::Tensor fold_heads(const torch::Tensor& q, std::int64_t groups) {
  const auto n = q.size(0), heads = q.size(1), dim = q.size(2);
  return q.reshape({n, groups, heads / groups, dim})
      .permute({1, 2, 0, 3})
      .reshape({groups, heads / groups * n, dim});
}

/// [G, H/G * N, ...] -> [N, H, ...]
torch::Tensor unfold_heads(const torch::Tensor& x, std::int64_t n) {
  const auto shared = x.size(1) / n;
  const auto apart = x.unflatten(1, {shared, n});  // [G, H/G, N, ...]
  return apart.movedim(2, 0).flatten(1, 2).to(torch::kFloat32);
}

/// q [G, Q, D], mask [Q, S] -> out [G, Q, D], lse [G, Q]
std::tuple<torch::Tensor, torch::Tensor> plain(const torch::Tensor& q, const torch::Tensor& k,
                                               const torch::Tensor& v, const torch::Tensor& mask,
                                               double scale) {
  auto scores = torch::matmul(q, k.transpose(1, 2)).to(torch::kFloat32) * scale;
  if (mask.defined()) scores = scores + mask;
  const auto lse = scores.logsumexp(-1);
  const auto weights = torch::softmax(scores, -1).nan_to_num(0.0);
  return {torch::matmul(weights.to(v.scalar_type()), v), lse};
}

torch::Tensor causal_mask(const torch::Tensor& q) {
  const auto n = q.size(0);
  return torch::full({n, n}, kHidden, q.options()).triu(1);
}

/// A causal pass over n tokens: query i of every head sees the keys up to i.
PartialAttention attend_causal(const torch::Tensor& q, const torch::Tensor& k,
                               const torch::Tensor& v, double scale) {
  const auto [out, lse] = at::_scaled_dot_product_flash_attention_for_cpu(
      q.transpose(0, 1).unsqueeze(0), k.unsqueeze(0), v.unsqueeze(0), 0.0, true, {}, scale);
  return {out.squeeze(0).transpose(0, 1).to(torch::kFloat32), lse.squeeze(0).t()};
}

/// One query after the other: libtorch's own functions round the last few numbers of a tensor
/// otherwise than the rest, so that a query's result would depend on how many others there are.
void join_on_cpu(PartialAttention& whole, const PartialAttention& part, const torch::Tensor& rows) {
  const auto heads = whole.out.size(1), dim = whole.out.size(2);
  const auto part_out = part.out.contiguous(), part_lse = part.lse.contiguous();
  const float* added = part_out.data_ptr<float>();
  const float* added_lse = part_lse.data_ptr<float>();
  const auto* place = rows.defined() ? rows.data_ptr<std::int64_t>() : nullptr;
  float* out = whole.out.data_ptr<float>();
  float* lse = whole.lse.data_ptr<float>();
  at::parallel_for(0, part_out.size(0), 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin * heads; i < end * heads; ++i) {
      const auto j = place == nullptr ? i : place[i / heads] * heads + i % heads;
      const float difference = added_lse[i] - lse[j];
      if (difference == -INFINITY) continue;
      const float weight = 1 / (1 + std::exp(-difference));  // of the part
      for (std::int64_t d = 0; d < dim; ++d)
        out[j * dim + d] += weight * (added[i * dim + d] - out[j * dim + d]);
      lse[j] = std::max(lse[j], added_lse[i]) + std::log1p(std::exp(-std::abs(difference)));
    }
  });
}

}  // namespace

PartialAttention attend_chain(const torch::Tensor& q, const torch::Tensor& k,
                              const torch::Tensor& v, const torch::Tensor& mask, double scale) {
  const auto n = q.size(0), missing = (kBlock - n % kBlock) % kBlock;
  if (!q.device().is_cpu())
    return attend_part(q, k, v, mask.defined() ? mask : causal_mask(q), scale);
  if (missing > 0) {
    // A block that is cut short rounds otherwise: a query's result would depend on how many follow.
    const auto filled =
        mask.defined() ? torch::constant_pad_nd(mask, {0, missing, 0, missing}, kHidden) : mask;
    const auto part = attend_chain(torch::constant_pad_nd(q, {0, 0, 0, 0, 0, missing}),
                                   torch::constant_pad_nd(k, {0, 0, 0, missing}),
                                   torch::constant_pad_nd(v, {0, 0, 0, missing}), filled, scale);
    return {part.out.narrow(0, 0, n), part.lse.narrow(0, 0, n)};
  }
  return mask.defined() ? attend_part(q, k, v, mask, scale) : attend_causal(q, k, v, scale);
}

PartialAttention attend_part(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
                             const torch::Tensor& mask, double scale) {
  const auto n = q.size(0), groups = k.size(0);
  auto rows = fold_heads(q, groups);
  auto row_mask = mask.defined() ? mask.repeat({q.size(1) / groups, 1}) : mask;
  if (!q.device().is_cpu()) {
    const auto [out, lse] = plain(rows, k, v, row_mask, scale);
    return {unfold_heads(out, n), unfold_heads(lse, n)};
  }
  const auto used = rows.size(1), missing = (kRows - used % kRows) % kRows;
  if (missing > 0) {
    rows = torch::constant_pad_nd(rows, {0, 0, 0, missing});
    if (row_mask.defined()) row_mask = torch::constant_pad_nd(row_mask, {0, 0, 0, missing});
  }
  auto [out, lse] = at::_scaled_dot_product_flash_attention_for_cpu(
      rows.unsqueeze(0), k.unsqueeze(0), v.unsqueeze(0), 0.0, false,
      row_mask.defined() ? std::optional(row_mask) : std::nullopt, scale);
  PartialAttention part{unfold_heads(out.squeeze(0).narrow(1, 0, used), n),
                        unfold_heads(lse.view({groups, -1}).narrow(1, 0, used), n)};
  if (mask.defined()) {
    // The kernel gives 0 for a query that sees no key.
    const auto blind = (mask < 0).all(1);
    part.lse = part.lse.masked_fill(blind.unsqueeze(1), kHidden);
  }
  return part;
}

void join(PartialAttention& whole, const PartialAttention& part, const torch::Tensor& rows) {
  if (whole.out.device().is_cpu()) return join_on_cpu(whole, part, rows);
  const bool all = !rows.defined();
  const auto out = all ? whole.out : whole.out.index_select(0, rows);
  const auto lse = all ? whole.lse : whole.lse.index_select(0, rows);
  const auto weight = torch::sigmoid(part.lse - lse).unsqueeze(-1);  // of the part
  const auto joined_out = torch::lerp(out, part.out, weight);
  const auto joined_lse = torch::logaddexp(lse, part.lse);
  whole.out = all ? joined_out : whole.out.index_copy(0, rows, joined_out);
  whole.lse = all ? joined_lse : whole.lse.index_copy(0, rows, joined_lse);
}

}  // namespace toolformer::model
