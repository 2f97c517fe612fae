// SPDX-License-Identifier: Apache-2.0
// One layer against its formula, without rotary positions and with every token alone (of one token
// the attention gives back its value).
#include "toolformer/model/network/block.h"

#include <gtest/gtest.h>

#include <cmath>

namespace toolformer::model {
namespace {

constexpr std::int64_t kHidden = 6, kHeads = 3, kDim = 4, kMlp = 5;

class BlockTest : public testing::Test {
 protected:
  BlockTest() {
    torch::manual_seed(6);
    config_.hidden = kHidden;
    config_.heads = kHeads;
    config_.kv_heads = 1;
    config_.head_dim = kDim;
    config_.mlp = kMlp;
    const auto norm = [] { return NormWeights{torch::rand({kHidden}) + 0.5, torch::Tensor()}; };
    block_.attention_norm = norm();
    block_.mlp_norm = norm();
    block_.query.weight = torch::randn({kHeads * kDim, kHidden});
    block_.key.weight = torch::randn({kDim, kHidden});
    block_.value.weight = torch::randn({kDim, kHidden});
    block_.attention_out.weight = torch::randn({kHidden, kHeads * kDim});
    block_.gate.weight = torch::randn({kMlp, kHidden});
    block_.up.weight = torch::randn({kMlp, kHidden});
    block_.down.weight = torch::randn({kHidden, kMlp});
  }

  torch::Tensor rms(const torch::Tensor& x, const NormWeights& norm) const {
    const auto mean = x.square().mean(-1, true);
    return x / torch::sqrt(mean + config_.norm_eps) * norm.weight;
  }
  /// Attention and its output: every head sees the one value of the one token.
  torch::Tensor attended(const torch::Tensor& x) const {
    return torch::mm(torch::mm(x, block_.value.weight.t()).repeat({1, kHeads}),
                     block_.attention_out.weight.t());
  }
  torch::Tensor gated(const torch::Tensor& x) const {
    const auto gate = torch::mm(x, block_.gate.weight.t());
    return torch::mm(gate * torch::sigmoid(gate) * torch::mm(x, block_.up.weight.t()),
                     block_.down.weight.t());
  }
  torch::Tensor run(const torch::Tensor& x) const {
    PackedAttention attention(std::vector<std::int64_t>(static_cast<std::size_t>(x.size(0)), 1));
    return apply(block_, config_, x, nullptr, attention);
  }

  const torch::Tensor x_ = torch::randn({7, kHidden});
  ModelConfig config_;
  Block block_;
};

void expect_near(const torch::Tensor& a, const torch::Tensor& b) {
  ASSERT_EQ(a.sizes(), b.sizes());
  EXPECT_LT((a - b).abs().max().item<double>(), 1e-4);
}

TEST_F(BlockTest, LlamaAddsAttentionAndThenTheMlp) {
  const auto middle = x_ + attended(rms(x_, block_.attention_norm));
  expect_near(run(x_), middle + gated(rms(middle, block_.mlp_norm)));
  const torch::InferenceMode inference;  // takes the kernels written out for the CPU
  expect_near(run(x_), middle + gated(rms(middle, block_.mlp_norm)));
}

TEST_F(BlockTest, GemmaNormsWhatIsAdded) {
  block_.attention_post_norm = {torch::rand({kHidden}) + 0.5, torch::Tensor()};
  block_.mlp_post_norm = {torch::rand({kHidden}) + 0.5, torch::Tensor()};
  const auto middle =
      x_ + rms(attended(rms(x_, block_.attention_norm)), block_.attention_post_norm);
  expect_near(run(x_), middle + rms(gated(rms(middle, block_.mlp_norm)), block_.mlp_post_norm));
}

TEST_F(BlockTest, ParallelResidualsReadTheSameInput) {
  config_.parallel_residual = true;
  const auto normed = rms(x_, block_.attention_norm);
  expect_near(run(x_), x_ + attended(normed) + gated(rms(x_, block_.mlp_norm)));
  config_.shared_norm = true;
  expect_near(run(x_), x_ + attended(normed) + gated(normed));
}

TEST_F(BlockTest, APlainMlpHasNoGate) {
  config_.mlp_kind = Mlp::kPlain;
  config_.activation = Activation::kGelu;
  const auto middle = x_ + attended(rms(x_, block_.attention_norm));
  const auto up = torch::mm(rms(middle, block_.mlp_norm), block_.up.weight.t());
  const auto gelu = up * 0.5 * (1 + torch::erf(up / std::sqrt(2.0)));
  expect_near(run(x_), middle + torch::mm(gelu, block_.down.weight.t()));
}

/// (1, 3): mean 2, deviation 1 -> (-1, 1), times (2, 2), plus (5, 6). RMS of (1, 7) is 5.
TEST_F(BlockTest, NormsByHand) {
  config_.norm_eps = 0;
  config_.norm = Norm::kLayer;
  const auto two = [](float a, float b) { return torch::tensor({a, b}); };
  expect_near(apply({two(2, 2), two(5, 6)}, config_, two(1, 3)), two(3, 8));
  config_.norm = Norm::kRms;
  expect_near(apply({two(1, 10), torch::Tensor()}, config_, two(1, 7)), two(0.2F, 14));
  config_.norm_plus_one = true;
  expect_near(apply({two(0, 9), torch::Tensor()}, config_, two(1, 7)), two(0.2F, 14));
}

}  // namespace
}  // namespace toolformer::model
