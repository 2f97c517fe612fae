// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/network/rope.h"

#include <gtest/gtest.h>

#include <cmath>

#include "toolformer/model/architecture/architecture.h"

namespace toolformer::model {
namespace {

ModelConfig heads_of(std::int64_t dim) {
  ModelConfig config = find_architecture("llama").defaults;
  config.head_dim = dim;
  config.rope_theta = 100;
  return config;
}

TEST(Rope, FrequenciesFallFromOneByPowersOfTheBase) {
  const torch::Tensor frequencies = rope_frequencies(heads_of(4), false);
  ASSERT_EQ(frequencies.numel(), 2);
  EXPECT_FLOAT_EQ(frequencies[0].item<float>(), 1.0F);
  EXPECT_FLOAT_EQ(frequencies[1].item<float>(), 0.1F);
}

TEST(Rope, LinearScalingSparesGemmasWindowedLayers) {
  ModelConfig config = heads_of(4);
  config.rope_linear_factor = 8;
  EXPECT_FLOAT_EQ(rope_frequencies(config, true)[0].item<float>(), 0.125F)
      << "one base for all layers";
  config.windowed_rope_theta = 25;
  EXPECT_FLOAT_EQ(rope_frequencies(config, true)[1].item<float>(), 0.2F);
  EXPECT_FLOAT_EQ(rope_frequencies(config, false)[0].item<float>(), 0.125F);
}

TEST(Rope, Llama3KeepsShortWavesAndStretchesLongOnes) {
  ModelConfig config = heads_of(64);
  config.rope_theta = 500000;
  config.rope_llama3 = Llama3RopeScaling{};
  ModelConfig plain = config;
  plain.rope_llama3.reset();
  const torch::Tensor scaled = rope_frequencies(config, false) / rope_frequencies(plain, false);
  EXPECT_FLOAT_EQ(scaled[0].item<float>(), 1.0F);
  EXPECT_NEAR(scaled[31].item<float>(), 1.0 / 8, 1e-6);
  EXPECT_TRUE((scaled.slice(0, 1) <= scaled.slice(0, 0, 31) + 1e-6).all().item<bool>())
      << "never rises";
}

TEST(Rope, TurnsAPairByPositionTimesFrequency) {
  const torch::Tensor x = torch::tensor({1.0F, 2.0F, 3.0F, 4.0F}).view({1, 1, 4});
  const torch::Tensor frequencies = torch::tensor({1.0F, 0.1F});
  const torch::Tensor positions = torch::tensor({3}, torch::kInt64);
  const auto at = [&](RopeLayout layout, std::int64_t i) {
    const RopeAngles angles = rope_angles(frequencies, positions, layout, torch::kFloat32);
    return rotate(x, angles, layout)[0][0][i].item<double>();
  };
  EXPECT_NEAR(at(RopeLayout::kHalf, 0), 1 * std::cos(3.0) - 3 * std::sin(3.0), 1e-5);
  EXPECT_NEAR(at(RopeLayout::kHalf, 2), 3 * std::cos(3.0) + 1 * std::sin(3.0), 1e-5);
  EXPECT_NEAR(at(RopeLayout::kHalf, 1), 2 * std::cos(0.3) - 4 * std::sin(0.3), 1e-5);
  EXPECT_NEAR(at(RopeLayout::kInterleaved, 0), 1 * std::cos(3.0) - 2 * std::sin(3.0), 1e-5);
  EXPECT_NEAR(at(RopeLayout::kInterleaved, 3), 4 * std::cos(0.3) + 3 * std::sin(0.3), 1e-5);
}

TEST(Rope, DimensionsBehindTheRotaryPartStay) {
  const torch::Tensor x = torch::randn({2, 3, 6});
  const RopeAngles angles = rope_angles(torch::tensor({1.0F}), torch::tensor({1, 2}, torch::kInt64),
                                        RopeLayout::kHalf, torch::kFloat32);
  const torch::Tensor turned = rotate(x, angles, RopeLayout::kHalf);
  EXPECT_TRUE(torch::equal(turned.narrow(2, 2, 4), x.narrow(2, 2, 4)));
  EXPECT_FALSE(torch::equal(turned.narrow(2, 0, 2), x.narrow(2, 0, 2)));
}

}  // namespace
}  // namespace toolformer::model
