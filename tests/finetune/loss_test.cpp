// SPDX-License-Identifier: Apache-2.0
// The oracle is the loss over full logits, with gradients by autograd.
#include "toolformer/finetune/loss.h"

#include <gtest/gtest.h>

#include "finetune/tiny_model.h"

namespace toolformer::finetune {
namespace {

namespace F = torch::nn::functional;

struct Case {
  std::int64_t rows, block;
  bool bias;
};

class HeadLossTest : public testing::TestWithParam<Case> {};

TEST_P(HeadLossTest, EqualsFullLogits) {
  const auto [rows, block, with_bias] = GetParam();
  torch::manual_seed(5);
  const double scale = 1.0 / 7;
  Head head{torch::randn({101, 12}).set_requires_grad(true), {}};
  if (with_bias) head.bias = torch::randn({101}).set_requires_grad(true);
  const torch::Tensor hidden = torch::randn({rows, 12}).set_requires_grad(true);
  const torch::Tensor targets = torch::randint(0, 101, {rows}, torch::kInt64);

  torch::Tensor logits = hidden.matmul(head.weight.t());
  if (with_bias) logits = logits + head.bias;
  const torch::Tensor expected =
      F::cross_entropy(logits, targets, F::CrossEntropyFuncOptions().reduction(torch::kNone));
  (expected.sum() * scale).backward();
  const torch::Tensor weight_grad = head.weight.grad().clone();
  const torch::Tensor bias_grad = with_bias ? head.bias.grad().clone() : torch::Tensor();
  head.weight.mutable_grad() = torch::Tensor();
  if (with_bias) head.bias.mutable_grad() = torch::Tensor();

  const HeadLoss actual = head_loss(hidden.detach(), head, targets, scale, block);
  EXPECT_LT(relative_difference(actual.losses, expected), 1e-5);
  EXPECT_LT(relative_difference(actual.hidden_grad, hidden.grad()), 1e-4);
  EXPECT_LT(relative_difference(head.weight.grad(), weight_grad), 1e-4);
  if (with_bias) EXPECT_LT(relative_difference(head.bias.grad(), bias_grad), 1e-4);
}

INSTANTIATE_TEST_SUITE_P(Blocks, HeadLossTest,
                         testing::Values(Case{1, 0, false}, Case{16, 101, false},
                                         Case{17, 16, true}, Case{50, 7, false}, Case{50, 1, true},
                                         Case{50, 0, true}));

TEST(HeadLoss, AddsToTheGradientThatIsThere) {
  const Head head{torch::randn({9, 4}).set_requires_grad(true), {}};
  const torch::Tensor hidden = torch::randn({3, 4});
  const torch::Tensor targets = torch::tensor({1, 2, 8}, torch::kInt64);
  head_loss(hidden, head, targets, 1.0);
  const torch::Tensor once = head.weight.grad().clone();
  head_loss(hidden, head, targets, 1.0);
  EXPECT_LT(relative_difference(head.weight.grad(), 2 * once), 1e-6);
}

TEST(HeadLoss, WithoutScaleNoGradient) {
  const Head head{torch::randn({9, 4}).set_requires_grad(true), {}};
  const HeadLoss loss =
      head_loss(torch::randn({2, 4}), head, torch::tensor({0, 3}, torch::kInt64), std::nullopt);
  EXPECT_FALSE(loss.hidden_grad.defined());
  EXPECT_FALSE(head.weight.grad().defined());
}

TEST(HeadLoss, FrozenHeadGetsNoGradientButPassesItOn) {
  const Head head{torch::randn({9, 4}), {}};
  const HeadLoss loss =
      head_loss(torch::randn({2, 4}), head, torch::tensor({0, 3}, torch::kInt64), 1.0);
  EXPECT_TRUE(loss.hidden_grad.defined());
  EXPECT_FALSE(head.weight.grad().defined());
}

TEST(HeadLoss, NoRows) {
  const Head head{torch::randn({9, 4}), {}};
  const HeadLoss loss =
      head_loss(torch::empty({0, 4}), head, torch::empty({0}, torch::kInt64), 1.0);
  EXPECT_EQ(loss.losses.numel(), 0);
}

TEST(HeadOf, FindsTiedAndUntiedHeads) {
  const model::Transformer tied = tiny_model(tiny_config(true));
  EXPECT_TRUE(head_of(tied).weight.is_same(tied.parameters().at("model.embed_tokens.weight")));
  const model::Transformer untied = tiny_model(tiny_config(false));
  EXPECT_TRUE(head_of(untied).weight.is_same(untied.parameters().at("lm_head.weight")));
}

}  // namespace
}  // namespace toolformer::finetune
