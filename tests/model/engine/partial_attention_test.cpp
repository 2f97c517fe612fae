// SPDX-License-Identifier: Apache-2.0
// Parts of an attention, joined, against the whole written out.
#include "toolformer/model/engine/partial_attention.h"

#include <gtest/gtest.h>

#include <limits>

namespace toolformer::model {
namespace {

constexpr float kHidden = -std::numeric_limits<float>::infinity();

/// q [N, H, D], k and v [G, S, D], mask [N, S], in float64.
torch::Tensor whole(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
                    const torch::Tensor& mask, double scale) {
  const auto repeats = q.size(1) / k.size(0);
  const auto keys = k.repeat_interleave(repeats, 0).to(torch::kFloat64);    // [H, S, D]
  const auto values = v.repeat_interleave(repeats, 0).to(torch::kFloat64);  // [H, S, D]
  const auto queries = q.transpose(0, 1).to(torch::kFloat64);               // [H, N, D]
  auto scores = torch::matmul(queries, keys.transpose(1, 2)) * scale + mask;
  return torch::matmul(torch::softmax(scores, -1), values).transpose(0, 1).to(torch::kFloat32);
}

struct Inputs {
  torch::Tensor q, k, v;
  explicit Inputs(std::int64_t n, std::int64_t s, std::int64_t heads = 6, std::int64_t groups = 2) {
    torch::manual_seed(3);
    q = torch::randn({n, heads, 16});
    k = torch::randn({groups, s, 16});
    v = torch::randn({groups, s, 16});
  }
};

void expect_near(const torch::Tensor& a, const torch::Tensor& b) {
  EXPECT_LT((a - b).abs().max().item<double>(), 2e-6);
}

TEST(PartialAttention, PartsJoinToTheWhole) {
  const Inputs in(5, 40);
  auto mask = torch::zeros({5, 40});
  mask.index_put_({1, torch::indexing::Slice(7, 30)}, kHidden);
  const auto part = [&](std::int64_t begin, std::int64_t size) {
    return attend_part(in.q, in.k.narrow(1, begin, size), in.v.narrow(1, begin, size),
                       mask.narrow(1, begin, size), 0.3);
  };
  auto joined = part(0, 9);
  join(joined, part(9, 20));
  const auto last = part(29, 11);  // its rows in two pieces, backwards
  const auto rows = [](std::int64_t begin, std::int64_t end) { return torch::arange(begin, end); };
  join(joined, {last.out.narrow(0, 2, 3), last.lse.narrow(0, 2, 3)}, rows(2, 5));
  join(joined, {last.out.narrow(0, 0, 2), last.lse.narrow(0, 0, 2)}, rows(0, 2));
  expect_near(joined.out, whole(in.q, in.k, in.v, mask, 0.3));
}

TEST(PartialAttention, AQueryThatSeesNothingOfAPartIsUnchanged) {
  const Inputs in(3, 20);
  auto mask = torch::zeros({3, 20});
  mask[2].narrow(0, 0, 12).fill_(kHidden);
  const auto first =
      attend_part(in.q, in.k.narrow(1, 0, 12), in.v.narrow(1, 0, 12), mask.narrow(1, 0, 12), 0.25);
  EXPECT_EQ(first.lse[2].max().item<float>(), kHidden);
  auto second =
      attend_part(in.q, in.k.narrow(1, 12, 8), in.v.narrow(1, 12, 8), torch::Tensor(), 0.25);
  join(second, first);
  expect_near(second.out, whole(in.q, in.k, in.v, mask, 0.25));
}

TEST(PartialAttention, CausalPart) {
  const Inputs in(30, 30);
  const auto mask = torch::full({30, 30}, kHidden).triu(1);
  const auto causal = attend_chain(in.q, in.k, in.v, torch::Tensor(), 0.25);
  expect_near(causal.out, whole(in.q, in.k, in.v, mask, 0.25));
  const auto masked = attend_part(in.q, in.k, in.v, mask, 0.25);
  expect_near(causal.lse, masked.lse);
}

TEST(PartialAttention, AQuerysResultIsItsOwn) {
  for (const std::int64_t heads : {2, 6, 8}) {
    const Inputs in(200, 150, heads, 2);
    const auto all = attend_part(in.q, in.k, in.v, torch::Tensor(), 0.25);
    for (const std::int64_t count : {1, 2, 3, 7, 33, 65, 150}) {
      const auto some =
          attend_part(in.q.narrow(0, 11, std::min<std::int64_t>(count, 189)), in.k, in.v,
                      torch::zeros({std::min<std::int64_t>(count, 189), 150}), 0.25);
      EXPECT_TRUE(some.out.equal(all.out.narrow(0, 11, some.out.size(0)))) << heads << " " << count;
      EXPECT_TRUE(some.lse.equal(all.lse.narrow(0, 11, some.lse.size(0)))) << heads << " " << count;
    }
  }
}

TEST(PartialAttention, WhatFollowsATokenOfAShortTextChangesNoBitOfIt) {
  const Inputs in(160, 160, 6, 2);
  const auto back = torch::arange(160).unsqueeze(1) - torch::arange(160);
  const auto windowed = torch::zeros({160, 160}).masked_fill((back < 0) | (back > 40), kHidden);
  for (const auto& mask : {torch::Tensor(), windowed}) {
    const auto all = attend_chain(in.q, in.k, in.v, mask, 0.25);
    for (const std::int64_t count : {24, 31, 33, 64, 97, 149}) {
      const auto own = mask.defined() ? mask.narrow(0, 0, count).narrow(1, 0, count) : mask;
      const auto some = attend_chain(in.q.narrow(0, 0, count), in.k.narrow(1, 0, count),
                                     in.v.narrow(1, 0, count), own, 0.25);
      EXPECT_TRUE(some.out.equal(all.out.narrow(0, 0, count))) << count;
      EXPECT_TRUE(some.lse.equal(all.lse.narrow(0, 0, count))) << count;
    }
  }
}

}  // namespace
}  // namespace toolformer::model
