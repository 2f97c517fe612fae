// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/network/linear.h"

#include <gtest/gtest.h>

namespace toolformer::model {
namespace {

/// By hand: x W' + bias with W = ((1, 2, 3), (4, 5, 6)), x = (1, 10, 100), bias = (0.5, -0.5).
TEST(Linear, MultipliesByTheTransposeAndAddsTheBias) {
  const auto weight = torch::tensor({{1.F, 2.F, 3.F}, {4.F, 5.F, 6.F}});
  const auto x = torch::tensor({{1.F, 10.F, 100.F}});
  const auto bias = torch::tensor({0.5F, -0.5F});
  EXPECT_TRUE(torch::equal(apply({.weight = weight}, x), torch::tensor({{321.F, 654.F}})));
  const auto expected = torch::tensor({{321.5F, 653.5F}});
  EXPECT_TRUE(torch::equal(apply({.weight = weight, .bias = bias}, x), expected));
  Linear turned{.weight = weight.t().contiguous(), .bias = bias};
  turned.in_out = true;
  EXPECT_TRUE(torch::equal(apply(turned, x), expected));
}

/// A = ((1, 0, 0)) takes the first input, B = ((0), (2)) doubles it for the second output.
TEST(Linear, AnAdapterIsAddedWithItsScale) {
  Linear linear{.weight = torch::zeros({2, 3})};
  linear.adapter = {torch::tensor({{1.F, 0.F, 0.F}}), torch::tensor({{0.F}, {2.F}}), 0.25};
  const auto x = torch::tensor({{8.F, 10.F, 100.F}});
  EXPECT_TRUE(torch::equal(apply(linear, x), torch::tensor({{0.F, 4.F}})));
}

TEST(Linear, PackedItGivesTheSameAndForgetsItsWeight) {
  const torch::InferenceMode inference;
  if (!can_pack(torch::zeros({2, 2}))) GTEST_SKIP() << "this libtorch has no oneDNN";
  torch::manual_seed(4);
  for (const bool in_out : {false, true}) {
    Linear plain{.weight = in_out ? torch::randn({48, 80}) : torch::randn({80, 48})};
    plain.bias = torch::randn({80});
    plain.in_out = in_out;
    const Linear packed = pack(plain, pack_matrix);
    EXPECT_FALSE(packed.weight.defined());
    EXPECT_TRUE(packed.defined());
    for (const std::int64_t rows : {1, 2, 33}) {
      const auto x = torch::randn({rows, 48});
      EXPECT_TRUE(torch::allclose(apply(packed, x), apply(plain, x), 1e-5, 1e-5)) << rows;
    }
  }
}

TEST(Linear, InEightBitsItIsClose) {
  const torch::InferenceMode inference;
  if (!can_pack_int8(torch::empty({1, 1}))) GTEST_SKIP() << "no exact products of eight bits here";
  torch::manual_seed(4);
  Linear plain{.weight = torch::randn({96, 80}), .bias = torch::randn({80})};
  plain.in_out = true;
  const auto x = torch::randn({33, 96}), exact = apply(plain, x);
  const auto error = (apply(pack(plain, pack_int8), x) - exact).norm(2, 1) / exact.norm(2, 1);
  EXPECT_LT(error.max().item<double>(), 0.02);
}

}  // namespace
}  // namespace toolformer::model
