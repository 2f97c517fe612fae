// SPDX-License-Identifier: Apache-2.0
// Attention over a part of the keys, and how parts are joined. With s = scale q.k over the keys of
// a part, it is known by out = softmax(s) v and lse = log sum exp(s); two parts a, b then give
//
//   lse = log(exp(lse_a) + exp(lse_b)),  out = out_a + exp(lse_b - lse) (out_b - out_a),
//
// the same as one softmax over all their keys (Dao et al. 2022, arXiv 2205.14135, section 3.1). So
// keys that many queries share are read once for all of them (Juravsky et al. 2024, arXiv
// 2402.05099). Shapes: N queries, S keys, H query heads, G key/value heads, D head dimension.
#pragma once

#include <torch/torch.h>

namespace toolformer::model {

struct PartialAttention {
  torch::Tensor out;  ///< [N, H, D] float32
  torch::Tensor lse;  ///< [N, H] float32, log of the sum of exp(scale q.k)
};

/// q [N, H, D]; k, v [G, S, D]; mask [N, S] of 0 and -inf in q's dtype, or undefined. A query that
/// sees no key has lse -inf. On the CPU a query's result does not depend on the other queries.
PartialAttention attend_part(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
                             const torch::Tensor& mask, double scale);

/// Likewise for tokens that follow each other (N == S); mask undefined: each sees all up to itself.
/// On the CPU a token's result does not depend on how many follow it, up to 160 tokens: for longer
/// texts libtorch's kernel takes larger blocks, which may differ in the last bit.
PartialAttention attend_chain(const torch::Tensor& q, const torch::Tensor& k,
                              const torch::Tensor& v, const torch::Tensor& mask, double scale);

/// Joins to `whole`, in place, a part that covers other keys. Row i of the part belongs to row
/// rows[i] of the whole; `rows` undefined: they are the same queries. No lse of the whole is -inf.
void join(PartialAttention& whole, const PartialAttention& part, const torch::Tensor& rows = {});

}  // namespace toolformer::model
