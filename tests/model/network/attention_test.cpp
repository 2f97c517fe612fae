// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/network/attention.h"

#include <gtest/gtest.h>

#include "toolformer/base/error.h"

namespace toolformer::model {
namespace {

/// Softmax attention written out, query by query, over the keys that a query may see.
torch::Tensor slow_attention(const AttentionLayer& layer, const std::vector<std::int64_t>& lengths,
                             const torch::Tensor& q, const torch::Tensor& k,
                             const torch::Tensor& v) {
  const std::int64_t group = q.size(1) / k.size(1);
  torch::Tensor out = torch::zeros_like(q);
  std::int64_t begin = 0;
  for (const std::int64_t length : lengths) {
    for (std::int64_t i = begin; i < begin + length; ++i) {
      const std::int64_t first = layer.window > 0 ? std::max(begin, i - layer.window + 1) : begin;
      for (std::int64_t head = 0; head < q.size(1); ++head) {
        const torch::Tensor keys = k.narrow(0, first, i - first + 1).select(1, head / group);
        const torch::Tensor values = v.narrow(0, first, i - first + 1).select(1, head / group);
        const torch::Tensor weights = torch::softmax(keys.matmul(q[i][head]) * layer.scale, 0);
        out[i][head] = weights.matmul(values);
      }
    }
    begin += length;
  }
  return out;
}

TEST(PackedAttention, EachTokenSeesItsOwnDocumentUpToItself) {
  torch::manual_seed(1);
  const std::vector<std::int64_t> lengths = {5, 1, 9};
  const torch::Tensor q = torch::randn({15, 6, 8});
  const torch::Tensor k = torch::randn({15, 2, 8});
  const torch::Tensor v = torch::randn({15, 2, 8});
  for (const std::int64_t window : {0, 1, 3, 9, 100}) {
    const AttentionLayer layer{0, 0.3, window};
    const torch::Tensor got = PackedAttention(lengths).attend(layer, q, k, v);
    EXPECT_LT((got - slow_attention(layer, lengths, q, k, v)).abs().max().item<double>(), 1e-5)
        << window;
  }
}

TEST(PackedAttention, GradientsReachOnlyWhatWasSeen) {
  torch::manual_seed(2);
  const torch::Tensor q = torch::randn({4, 2, 8});
  const torch::Tensor k = torch::randn({4, 1, 8}, torch::requires_grad());
  const torch::Tensor v = torch::randn({4, 1, 8}, torch::requires_grad());
  const torch::Tensor out = PackedAttention({2, 2}).attend({0, 0.3, 0}, q, k, v);
  out[2].sum().backward();  // the first token of the second document
  for (const std::int64_t unseen : {0, 1, 3})
    EXPECT_EQ(v.grad()[unseen].abs().max().item<double>(), 0) << unseen;
  EXPECT_GT(v.grad()[2].abs().max().item<double>(), 0);
}

TEST(PackedAttention, LengthsMustAddUp) {
  const torch::Tensor x = torch::zeros({3, 1, 2});
  EXPECT_THROW(PackedAttention({2}).attend({}, x, x, x), base::Error);
}

}  // namespace
}  // namespace toolformer::model
