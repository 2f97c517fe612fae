// SPDX-License-Identifier: Apache-2.0
// Against the attention written out in float64.
#include "toolformer/model/cpu/shared_attention.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace toolformer::model {
namespace {

struct Shape {
  std::int64_t heads, groups, dim, keys;
};

/// Queries, what they see of the keys, and what they have seen elsewhere.
struct Scene {
  torch::Tensor q, keys, values, out, lse;
  KeyRanges ranges;

  Scene(const Shape& shape, std::int64_t tokens) {
    torch::manual_seed(3);
    q = torch::randn({tokens, shape.heads, shape.dim});
    keys = torch::randn({shape.groups, shape.keys, shape.dim});
    values = torch::randn({shape.groups, shape.keys, shape.dim});
    out = torch::randn({tokens, shape.heads, shape.dim});
    lse = torch::randn({tokens, shape.heads});
    for (std::int64_t t = 0; t < tokens; t += 1 + t % 3) {  // not all of them
      ranges.tokens.push_back(t);
      const auto behind = shape.keys - (t % 4) * shape.keys / 5;
      ranges.behind.push_back(behind);
      ranges.first.push_back(t % 5 == 3 ? behind : t % 2 * shape.keys / 3);  // some see nothing
    }
  }
};

double scale_of(const Scene& scene) {
  return 1 / std::sqrt(static_cast<double>(scene.q.size(2)));
}

/// What becomes of viewer i, in float64: the old part and the keys under one softmax.
void expect_whole(const Scene& before, const Scene& after, std::size_t i) {
  const auto t = before.ranges.tokens[i];
  const auto heads = before.q.size(1), together = heads / before.keys.size(0);
  const auto first = before.ranges.first[i];
  const auto count = std::max<std::int64_t>(0, before.ranges.behind[i] - first);
  for (std::int64_t h = 0; h < heads; ++h) {
    const auto k = before.keys[h / together].narrow(0, first, count).to(torch::kFloat64);
    const auto v = before.values[h / together].narrow(0, first, count).to(torch::kFloat64);
    const auto old = before.lse[t][h].to(torch::kFloat64).view({1});
    const auto scores =
        torch::cat({torch::mv(k, before.q[t][h].to(torch::kFloat64)) * scale_of(before), old});
    const auto all = torch::cat({v, before.out[t][h].to(torch::kFloat64).unsqueeze(0)});
    const auto expected = torch::mv(all.t(), torch::softmax(scores, 0));
    EXPECT_LT((after.out[t][h] - expected).abs().max().item<double>(), 3e-6) << t << " " << h;
    EXPECT_NEAR(after.lse[t][h].item<double>(), scores.logsumexp(0).item<double>(), 3e-6);
  }
}

Scene attend(const Scene& scene, const KeyRanges& ranges) {
  Scene after = scene;
  after.out = scene.out.clone();
  after.lse = scene.lse.clone();
  attend_shared(ranges, scene.q, pack_kv(scene.keys, scene.values), scale_of(scene), after.out,
                after.lse);
  return after;
}

class SharedAttention : public testing::TestWithParam<Shape> {};

TEST_P(SharedAttention, JoinsWhatTheTokensSee) {
  const Scene before(GetParam(), 11);
  const Scene after = attend(before, before.ranges);
  for (std::size_t i = 0; i < before.ranges.tokens.size(); ++i) expect_whole(before, after, i);
  for (std::int64_t t = 0; t < 11; ++t) {
    const auto& tokens = before.ranges.tokens;
    if (std::find(tokens.begin(), tokens.end(), t) != tokens.end()) continue;
    EXPECT_TRUE(torch::equal(after.out[t], before.out[t])) << t;
    EXPECT_TRUE(torch::equal(after.lse[t], before.lse[t])) << t;
  }
}

TEST_P(SharedAttention, NoBitDependsOnTheOthers) {
  const Scene before(GetParam(), 29);
  const Scene together = attend(before, before.ranges);
  for (std::size_t i = 0; i < before.ranges.tokens.size(); ++i) {
    const auto t = before.ranges.tokens[i];
    const Scene alone = attend(before, {{t}, {before.ranges.first[i]}, {before.ranges.behind[i]}});
    EXPECT_TRUE(torch::equal(alone.out[t], together.out[t])) << t;
    EXPECT_TRUE(torch::equal(alone.lse[t], together.lse[t])) << t;
  }
}

TEST_P(SharedAttention, LargeScoresStayFinite) {
  Scene before(GetParam(), 5);
  before.q *= 200;
  const Scene after = attend(before, before.ranges);
  EXPECT_TRUE(torch::isfinite(after.out).all().item<bool>());
  EXPECT_TRUE(torch::isfinite(after.lse).all().item<bool>());
}

INSTANTIATE_TEST_SUITE_P(Shapes, SharedAttention,
                         testing::Values(Shape{4, 4, 8, 5}, Shape{6, 2, 64, 300},
                                         Shape{4, 1, 128, 129}, Shape{8, 2, 80, 128},
                                         Shape{4, 1, 256, 515}, Shape{7, 7, 33, 32}));

}  // namespace
}  // namespace toolformer::model
