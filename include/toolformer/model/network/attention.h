// SPDX-License-Identifier: Apache-2.0
// The only place where tokens meet other tokens. A Transformer runs over a flat list of tokens,
// [tokens, hidden]; how these are arranged (packed documents, a continuation of stored keys and
// values, many branches of them) is the business of an Attention, which therefore owns the caches
// too. Shapes: N tokens of this pass, H query heads, G key/value heads, D head dimension.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <vector>

namespace toolformer::model {

struct AttentionLayer {
  std::int64_t index = 0;
  double scale = 1;  ///< multiplies q.k
  std::int64_t window =
      0;  ///< a token sees the last `window` tokens, itself included; 0: all before it
};

class Attention {
 public:
  virtual ~Attention() = default;
  /// q [N, H, D], k and v [N, G, D], already normalised and rotated. Returns [N, H, D].
  virtual torch::Tensor attend(const AttentionLayer& layer, const torch::Tensor& q,
                               const torch::Tensor& k, const torch::Tensor& v) = 0;
};

/// Documents laid end to end, each causal, none sees another. Differentiable: what training uses.
class PackedAttention : public Attention {
 public:
  explicit PackedAttention(std::vector<std::int64_t> lengths) : lengths_(std::move(lengths)) {}
  torch::Tensor attend(const AttentionLayer& layer, const torch::Tensor& q, const torch::Tensor& k,
                       const torch::Tensor& v) override;

 private:
  std::vector<std::int64_t> lengths_;  // tokens of each document; they add up to N
};

}  // namespace toolformer::model
