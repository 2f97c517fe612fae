// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/training/optimizer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <vector>

#include "finetune/tiny_model.h"

namespace toolformer::finetune {
namespace {

void fill_gradients(const model::Transformer& transformer, double value) {
  for (const auto& [name, tensor] : transformer.parameters()) tensor.grad().fill_(value);
}

// Adam's first step moves every number by lr * sign(gradient), whatever the gradient's size; decay
// comes before it.
TEST(AdamW, FirstStepByHand) {
  const model::Transformer transformer = tiny_model(tiny_config(true));
  const auto& parameters = transformer.parameters();
  const torch::Tensor& matrix = parameters.at("model.layers.0.mlp.up_proj.weight");
  const torch::Tensor& embedding = parameters.at("model.embed_tokens.weight");
  const torch::Tensor& norm = parameters.at("model.norm.weight");
  const double matrix_before = matrix[0][0].item<double>();
  const double embedding_before = embedding[0][0].item<double>();
  const double norm_before = norm[0].item<double>();

  AdamW optimizer(transformer, {.weight_decay = 0.5});
  fill_gradients(transformer, -3.0);
  optimizer.step(0.1);
  EXPECT_NEAR(matrix[0][0].item<double>(), matrix_before * (1 - 0.1 * 0.5) + 0.1, 1e-5);
  EXPECT_NEAR(embedding[0][0].item<double>(), embedding_before + 0.1, 1e-5);
  EXPECT_NEAR(norm[0].item<double>(), norm_before + 0.1, 1e-5);
  EXPECT_EQ(optimizer.steps(), 1);
}

class AdamWOracle : public testing::TestWithParam<double> {};

// libtorch's own AdamW, which updates tensor by tensor, is the oracle of the fused kernel.
TEST_P(AdamWOracle, EqualsLibtorchOverTenSteps) {
  const double decay = GetParam();
  const model::Transformer ours = tiny_model(tiny_config(false)),
                           theirs = tiny_model(tiny_config(false));
  AdamW optimizer(ours, {.beta1 = 0.8, .beta2 = 0.95, .eps = 1e-6, .weight_decay = decay});
  std::vector<torch::Tensor> matrices, others;
  for (const auto& [name, tensor] : theirs.parameters()) {
    const bool decays = tensor.dim() == 2 && name != "model.embed_tokens.weight";
    (decays ? matrices : others).push_back(tensor);
  }
  const auto options = [](double weight_decay) {
    return std::make_unique<torch::optim::AdamWOptions>(
        torch::optim::AdamWOptions(0.01).betas({0.8, 0.95}).eps(1e-6).weight_decay(weight_decay));
  };
  std::vector<torch::optim::OptimizerParamGroup> groups;
  groups.emplace_back(matrices, options(decay));
  groups.emplace_back(others, options(0));
  torch::optim::AdamW oracle(groups);
  torch::manual_seed(11);
  for (int step = 0; step < 10; ++step) {
    for (const auto& [name, tensor] : ours.parameters()) {
      const torch::Tensor gradient = torch::randn_like(tensor.detach());
      tensor.mutable_grad().copy_(gradient);
      theirs.parameters().at(name).mutable_grad() = gradient;
    }
    optimizer.step(0.01);
    oracle.step();
  }
  for (const auto& [name, tensor] : ours.parameters()) {
    EXPECT_LT(relative_difference(tensor, theirs.parameters().at(name)), 1e-5) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Decay, AdamWOracle, testing::Values(0, 0.5),
                         [](const testing::TestParamInfo<double>& test) {
                           return test.param == 0 ? "None" : "Half";
                         });

TEST(AdamW, NormOfAllGradientsAndScaling) {
  const model::Transformer transformer = tiny_model(tiny_config(true));
  AdamW optimizer(transformer, {});
  fill_gradients(transformer, 2.0);
  const double expected = 2.0 * std::sqrt(static_cast<double>(optimizer.numel()));
  EXPECT_NEAR(optimizer.grad_norm(), expected, 1e-3);
  optimizer.scale_grad(0.25);
  EXPECT_NEAR(optimizer.grad_norm(), expected / 4, 1e-3);
  optimizer.zero_grad();
  EXPECT_EQ(optimizer.grad_norm(), 0);
}

TEST(AdamW, LeavesFrozenParametersAlone) {
  const model::Transformer transformer = tiny_model(tiny_config(true));
  const torch::Tensor& frozen = transformer.parameters().at("model.norm.weight");
  frozen.set_requires_grad(false);
  const torch::Tensor before = frozen.clone();
  AdamW optimizer(transformer, {});
  EXPECT_EQ(optimizer.parameters(), transformer.parameters().size() - 1);
  EXPECT_FALSE(optimizer.state().contains("model.norm.weight.exp_avg"));
  optimizer.step(0.1);
  EXPECT_TRUE(frozen.equal(before));
}

}  // namespace
}  // namespace toolformer::finetune
