// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/weights.h"

#include <gtest/gtest.h>

namespace toolformer::filter {
namespace {

TEST(MakeWeights, UniformIsOneForEveryToken) {
  EXPECT_EQ(make_weights(Weights::kUniform, 3), (std::vector<double>{1, 1, 1}));
}

TEST(MakeWeights, LinearIsThePapersNormalised) {
  const std::vector<double> weights = make_weights(Weights::kLinear, 5);
  const double expected[] = {1 / 3.0, 0.8 / 3, 0.6 / 3, 0.4 / 3, 0.2 / 3};
  ASSERT_EQ(weights.size(), 5U);
  for (std::size_t t = 0; t < 5; ++t) EXPECT_NEAR(weights[t], expected[t], 1e-15);
}

TEST(MakeWeights, LinearIsZeroBehindTheFifthToken) {
  const std::vector<double> weights = make_weights(Weights::kLinear, 8);
  EXPECT_NEAR(weights[0], 1 / 3.0, 1e-15);
  EXPECT_NEAR(weights[5], 0, 1e-15);
  EXPECT_EQ(weights[7], 0);
}

TEST(UnitOf, FollowsTheSumOfTheWeights) {
  EXPECT_EQ(unit_of(Weights::kUniform), "nats over the window");
  EXPECT_EQ(unit_of(Weights::kLinear), "weighted mean nats");
}

}  // namespace
}  // namespace toolformer::filter
