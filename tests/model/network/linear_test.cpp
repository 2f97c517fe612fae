// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/network/linear.h"

#include <gtest/gtest.h>

namespace toolformer::model {
namespace {

class PackedLinear : public testing::Test {
 protected:
  void SetUp() override {
    if (!can_pack(torch::zeros({2, 2}))) GTEST_SKIP() << "this libtorch has no oneDNN";
    torch::manual_seed(4);
  }
};

TEST_F(PackedLinear, GivesWhatTheMatrixGives) {
  const torch::InferenceMode inference;
  for (const bool in_out : {false, true}) {
    for (const bool with_bias : {false, true}) {
      Linear plain;
      plain.in_out = in_out;
      plain.weight = in_out ? torch::randn({48, 80}) : torch::randn({80, 48});
      if (with_bias) plain.bias = torch::randn({80});
      const Linear packed = pack(plain);
      EXPECT_FALSE(packed.weight.defined());
      for (const std::int64_t rows : {1, 2, 33}) {
        const auto x = torch::randn({rows, 48});
        EXPECT_TRUE(torch::allclose(apply(packed, x), apply(plain, x), 1e-5, 1e-5)) << rows;
      }
    }
  }
}

TEST_F(PackedLinear, GradientsAreThoseOfTheMatrix) {
  for (const std::int64_t rows : {1, 2, 33}) {
    const auto data = torch::randn({rows, 48}), matrix = torch::randn({80, 48});
    const auto factors = torch::randn({rows, 80});
    std::vector<torch::Tensor> gradients;
    for (const bool ours : {true, false}) {
      const auto x = data.clone().requires_grad_(), weight = matrix.clone().requires_grad_();
      const auto out = ours ? product(x, weight) : torch::linear(x, weight);
      (out * factors).sum().backward();
      gradients.insert(gradients.end(), {x.grad(), weight.grad()});
    }
    EXPECT_TRUE(torch::allclose(gradients[0], gradients[2], 1e-5, 1e-5)) << rows;
    EXPECT_TRUE(torch::allclose(gradients[1], gradients[3], 1e-5, 1e-5)) << rows;
  }
}

TEST_F(PackedLinear, ARowDoesNotDependOnItsCompany) {
  const torch::InferenceMode inference;
  Linear plain;
  plain.weight = torch::randn({576, 320});
  const Linear packed = pack(plain);
  const auto x = torch::randn({300, 320});
  const auto all = apply(packed, x);
  for (const std::int64_t rows : {1, 2, 7, 16, 33, 64, 200}) {
    EXPECT_TRUE(torch::equal(apply(packed, x.narrow(0, 5, rows)), all.narrow(0, 5, rows))) << rows;
  }
}

TEST_F(PackedLinear, EightBitsAreCloseAndARowDoesNotDependOnItsCompany) {
  const torch::InferenceMode inference;
  if (!can_pack_int8(torch::empty({1, 1}))) GTEST_SKIP() << "no exact products of eight bits here";
  for (const bool in_out : {false, true}) {
    Linear plain;
    plain.in_out = in_out;
    plain.weight = in_out ? torch::randn({96, 80}) : torch::randn({80, 96});
    plain.weight.select(in_out ? 1 : 0, 3).zero_();  // an output without a range
    if (in_out) plain.bias = torch::randn({80});
    const Linear packed = pack_int8(plain);
    EXPECT_FALSE(packed.weight.defined());
    const auto x = torch::randn({33, 96}) * torch::logspace(-3, 3, 33).unsqueeze(1);
    const auto all = apply(packed, x), exact = apply(plain, x);
    const auto error = (all - exact).norm(2, 1) / exact.norm(2, 1);
    EXPECT_LT(error.max().item<double>(), 0.02);
    for (const std::int64_t rows : {1, 2, 7})
      EXPECT_TRUE(torch::equal(apply(packed, x.narrow(0, 5, rows)), all.narrow(0, 5, rows)));
  }
}

/// Half precision is packed where the processor has instructions for it, and then close.
TEST_F(PackedLinear, HalfPrecisionIsCloseWhereItIsPacked) {
  const torch::InferenceMode inference;
  for (const auto dtype : {torch::kBFloat16, torch::kFloat16}) {
    const auto weight = torch::randn({80, 48}), x = torch::randn({9, 48});
    Linear linear{.weight = weight.to(dtype)};
    if (can_pack(linear.weight)) linear = pack(linear);
    const auto out = apply(linear, x.to(dtype));
    EXPECT_EQ(out.scalar_type(), dtype);
    EXPECT_TRUE(torch::allclose(out.to(torch::kFloat32), torch::mm(x, weight.t()), 0.05, 0.2));
  }
}

TEST(Linear, NothingElseIsPacked) {
  EXPECT_FALSE(can_pack(torch::zeros({2, 2}, torch::kFloat64)));
  EXPECT_FALSE(can_pack_int8(torch::zeros({2, 2}, torch::kBFloat16)));
}

}  // namespace
}  // namespace toolformer::model
