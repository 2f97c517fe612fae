// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/cpu/packed_matrix.h"

#include <gtest/gtest.h>

namespace toolformer::model {
namespace {

class PackedMatrixTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!can_pack(torch::zeros({2, 2}))) GTEST_SKIP() << "this libtorch has no oneDNN";
    torch::manual_seed(4);
  }
};

TEST_F(PackedMatrixTest, GivesWhatTheMatrixGives) {
  const torch::InferenceMode inference;
  const auto weight = torch::randn({80, 48}), bias = torch::randn({80});
  const PackedMatrix packed = pack_matrix(weight);
  const PackedMatrix of_view = pack_matrix(weight.t().contiguous().t());
  for (const std::int64_t rows : {1, 2, 33}) {
    const auto x = torch::randn({rows, 48});
    const auto expected = torch::mm(x, weight.t());
    EXPECT_TRUE(torch::allclose(multiply(packed, x, {}), expected, 1e-5, 1e-5)) << rows;
    EXPECT_TRUE(torch::allclose(multiply(of_view, x, {}), expected, 1e-5, 1e-5)) << rows;
    EXPECT_TRUE(torch::allclose(multiply(packed, x, bias), expected + bias, 1e-5, 1e-5)) << rows;
  }
}

TEST_F(PackedMatrixTest, ARowDoesNotDependOnItsCompany) {
  const torch::InferenceMode inference;
  const PackedMatrix packed = pack_matrix(torch::randn({576, 320}));
  const auto x = torch::randn({300, 320});
  const auto all = multiply(packed, x, {});
  for (const std::int64_t rows : {1, 2, 7, 16, 33, 64, 200}) {
    const auto some = multiply(packed, x.narrow(0, 5, rows), {});
    EXPECT_TRUE(torch::equal(some, all.narrow(0, 5, rows))) << rows;
  }
}

TEST_F(PackedMatrixTest, OnePackerServesMatricesOfAllShapes) {
  const torch::InferenceMode inference;
  MatrixPacker packer;
  for (const std::int64_t outputs : {64, 80, 64}) {
    const auto weight = torch::randn({outputs, 48}), x = torch::randn({3, 48});
    const auto together = multiply(packer.pack(weight), x, {});
    EXPECT_TRUE(torch::equal(together, multiply(pack_matrix(weight), x, {}))) << outputs;
  }
}

TEST_F(PackedMatrixTest, EightBitsAreCloseAndARowDoesNotDependOnItsCompany) {
  const torch::InferenceMode inference;
  if (!can_pack_int8(torch::empty({1, 1}))) GTEST_SKIP() << "no exact products of eight bits here";
  for (const bool with_bias : {false, true}) {
    const auto weight = torch::randn({80, 96});
    weight[3].zero_();  // an output without a range
    const auto bias = with_bias ? torch::randn({80}) : torch::Tensor();
    const PackedMatrix packed = pack_int8(weight);
    const auto x = torch::randn({33, 96}) * torch::logspace(-3, 3, 33).unsqueeze(1);
    const auto all = multiply(packed, x, bias), exact = torch::linear(x, weight, bias);
    const auto error = (all - exact).norm(2, 1) / exact.norm(2, 1);
    EXPECT_LT(error.max().item<double>(), 0.02);
    for (const std::int64_t rows : {1, 2, 7}) {
      const auto some = multiply(packed, x.narrow(0, 5, rows), bias);
      EXPECT_TRUE(torch::equal(some, all.narrow(0, 5, rows))) << rows;
    }
  }
}

/// Half precision is packed where the processor has instructions for it, and then close.
TEST_F(PackedMatrixTest, HalfPrecisionIsCloseWhereItIsPacked) {
  const torch::InferenceMode inference;
  for (const auto dtype : {torch::kBFloat16, torch::kFloat16}) {
    const auto weight = torch::randn({80, 48}), x = torch::randn({9, 48});
    if (!can_pack(weight.to(dtype))) continue;
    const auto out = multiply(pack_matrix(weight.to(dtype)), x.to(dtype), {});
    EXPECT_EQ(out.scalar_type(), dtype);
    EXPECT_TRUE(torch::allclose(out.to(torch::kFloat32), torch::mm(x, weight.t()), 0.05, 0.2));
  }
}

TEST_F(PackedMatrixTest, GradientsAreThoseOfTheMatrix) {
  for (const std::int64_t rows : {1, 2, 33}) {
    const auto data = torch::randn({rows, 48}), matrix = torch::randn({80, 48});
    const auto added = torch::randn({80}), factors = torch::randn({rows, 80});
    std::vector<torch::Tensor> gradients;
    for (const bool ours : {true, false}) {
      const auto x = data.clone().requires_grad_(), weight = matrix.clone().requires_grad_();
      const auto bias = added.clone().requires_grad_();
      const auto out = ours ? product(x, weight, bias) : torch::linear(x, weight, bias);
      (out * factors).sum().backward();
      gradients.insert(gradients.end(), {x.grad(), weight.grad(), bias.grad()});
    }
    for (std::size_t i = 0; i < 3; ++i)
      EXPECT_TRUE(torch::allclose(gradients[i], gradients[i + 3], 1e-5, 1e-5)) << rows << ", " << i;
  }
}

TEST(PackedMatrix, NothingElseIsPacked) {
  EXPECT_FALSE(can_pack(torch::zeros({2, 2}, torch::kFloat64)));
  EXPECT_FALSE(can_pack_int8(torch::zeros({2, 2}, torch::kBFloat16)));
  EXPECT_FALSE(PackedMatrix().defined());
}

}  // namespace
}  // namespace toolformer::model
