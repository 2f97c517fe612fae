// SPDX-License-Identifier: Apache-2.0
// The kernels against libtorch's operations, which the same functions use while gradients are on.
#include "toolformer/model/cpu/row_kernels.h"

#include <gtest/gtest.h>

#include "toolformer/model/network/block.h"
#include "toolformer/model/network/rope.h"

namespace toolformer::model {
namespace {

class RowKernels : public testing::Test {
 protected:
  void SetUp() override { torch::manual_seed(5); }
};

TEST_F(RowKernels, OnlyWithoutGradientsInFloat32) {
  const auto x = torch::randn({2, 4});
  EXPECT_FALSE(has_row_kernels(x));
  const torch::NoGradGuard no_grad;
  EXPECT_TRUE(has_row_kernels(x));
  EXPECT_FALSE(has_row_kernels(x.to(torch::kBFloat16)));
}

TEST_F(RowKernels, RmsNormIsTheReferences) {
  for (const bool plus_one : {false, true}) {
    ModelConfig config;
    config.norm_eps = 1e-5;
    config.norm_plus_one = plus_one;
    const NormWeights norm{torch::randn({37}), {}};
    for (const auto& shape : {std::vector<std::int64_t>{1, 37}, {500, 37}, {3, 5, 37}}) {
      const auto x = torch::randn(shape) * 3;
      const auto expected = apply(norm, config, x);
      const torch::NoGradGuard no_grad;
      EXPECT_TRUE(torch::allclose(apply(norm, config, x), expected, 1e-5, 1e-6));
      // Heads are a view of a wider projection.
      const auto view = torch::cat({x, x}, -1).narrow(-1, 0, 37);
      EXPECT_TRUE(torch::allclose(apply(norm, config, view), expected, 1e-5, 1e-6));
    }
  }
}

TEST_F(RowKernels, RotationIsTheReferencesAlsoOfAPart) {
  ModelConfig config;
  config.head_dim = 16;
  for (const double share : {1.0, 0.5}) {
    const auto turning = static_cast<std::int64_t>(16 * share);
    const auto frequencies = torch::rand({turning / 2});
    const auto angles = rope_angles(frequencies, torch::arange(40, torch::kInt64),
                                    RopeLayout::kHalf, torch::kFloat32);
    const auto x = torch::randn({40, 3, 16});
    const auto expected = rotate(x, angles, RopeLayout::kHalf);
    const torch::NoGradGuard no_grad;
    EXPECT_TRUE(torch::allclose(rotate(x, angles, RopeLayout::kHalf), expected, 1e-5, 1e-6));
  }
}

TEST_F(RowKernels, BytesAreTheNearestOnesOfEveryRow) {
  auto x = torch::randn({5, 71});
  x[2].zero_();
  x[3] *= 1e4;
  const ByteRows rows = quantize_rows(x);
  const auto back = (rows.values.to(torch::kFloat32) - kByteZero) * rows.scales.unsqueeze(1);
  const auto distance = (back - x).abs().amax(1);
  for (std::int64_t i = 0; i < 5; ++i) {
    EXPECT_NEAR(rows.scales[i].item<float>(), x[i].abs().max().item<float>() / 127, 1e-4);
    EXPECT_LE(distance[i].item<float>(), rows.scales[i].item<float>() * 0.501) << i;
  }
  EXPECT_TRUE(torch::equal(quantize_rows(x.narrow(0, 3, 1)).values, rows.values.narrow(0, 3, 1)));
}

TEST_F(RowKernels, RowsAreScaledBack) {
  const auto x = torch::randn({3, 40}), scales = torch::rand({3}), bias = torch::randn({40});
  for (const auto& added : {torch::Tensor(), bias}) {
    auto out = x.clone();
    rescale_rows(out, scales, added);
    const auto expected = x * scales.unsqueeze(1);
    EXPECT_TRUE(torch::allclose(out, added.defined() ? expected + added : expected));
  }
}

}  // namespace
}  // namespace toolformer::model
