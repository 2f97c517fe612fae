// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/training/train_step.h"

#include <gtest/gtest.h>

#include <limits>

#include "finetune/tiny_model.h"
#include "toolformer/finetune/training/adapters.h"
#include "toolformer/model/network/mixed_precision.h"

namespace toolformer::finetune {
namespace {

calls::LabelledTokens random_tokens(std::size_t length, std::int64_t vocab,
                                    double result_share = 0) {
  calls::LabelledTokens tokens;
  for (std::size_t i = 0; i < length; ++i) {
    tokens.ids.push_back(
        static_cast<text::TokenId>(torch::randint(vocab, {}).item<std::int64_t>()));
    const bool result = torch::rand({}).item<double>() < result_share;
    tokens.roles.push_back(result ? calls::TokenRole::kResult : calls::TokenRole::kText);
  }
  return tokens;
}

MicroBatch batch_of(const std::vector<calls::LabelledTokens>& examples, bool result_loss = true) {
  std::vector<const calls::LabelledTokens*> pointers;
  for (const calls::LabelledTokens& example : examples) pointers.push_back(&example);
  return make_micro_batch(pointers, result_loss, torch::kCPU);
}

// Loss and gradients of one document alone, over full logits, by autograd: no packing, no chunks.
double plain_loss(const model::Transformer& transformer, const calls::LabelledTokens& example,
                  double scale) {
  const auto length = static_cast<std::int64_t>(example.ids.size());
  std::vector<std::int64_t> ids(example.ids.begin(), example.ids.end());
  const torch::Tensor input = torch::tensor(ids, torch::kInt64);
  model::PackedAttention attention({length});
  const torch::Tensor hidden = transformer.forward(input, torch::arange(length), attention);
  const torch::Tensor logits = transformer.logits(hidden).narrow(0, 0, length - 1);
  const torch::Tensor loss = torch::nn::functional::cross_entropy(
      logits, input.narrow(0, 1, length - 1),
      torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kSum));
  (loss * scale).backward();
  return loss.item<double>();
}

class PackingTest : public testing::TestWithParam<bool> {};

TEST_P(PackingTest, EqualsSeparateDocumentsInLossAndGradients) {
  const bool tied = GetParam();
  const model::Transformer packed = tiny_model(tiny_config(tied)),
                           separate = tiny_model(tiny_config(tied));
  torch::manual_seed(3);
  std::vector<calls::LabelledTokens> examples;
  std::size_t counted = 0;
  for (const std::size_t length : {5, 17, 2, 9, 30}) {
    examples.push_back(random_tokens(length, packed.config().vocab));
    counted += length - 1;
  }
  double total = 0;
  for (const calls::LabelledTokens& example : examples) {
    total += plain_loss(separate, example, 1.0 / static_cast<double>(counted));
  }
  AdamW optimizer(packed, {});
  const std::vector<MicroBatch> batch{batch_of({examples[0], examples[1], examples[2]}),
                                      batch_of({examples[3], examples[4]})};
  const auto result = train_step(packed, optimizer, batch, {.learning_rate = 0});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->problem, "");
  EXPECT_EQ(result->loss.tokens(), counted);
  EXPECT_NEAR(result->loss.mean(), total / static_cast<double>(counted), 1e-5);
  for (const auto& [name, tensor] : packed.parameters()) {
    // Without a buffer to be added to, the embedding's gradient is sparse.
    const torch::Tensor expected = separate.parameters().at(name).grad().to_dense();
    EXPECT_LT(relative_difference(tensor.grad(), expected), 1e-4) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Heads, PackingTest, testing::Bool());

TEST(TrainStep, SumsLossesByPart) {
  const model::Transformer transformer = tiny_model(tiny_config(true));
  AdamW optimizer(transformer, {});
  torch::manual_seed(4);
  const calls::LabelledTokens example = random_tokens(25, transformer.config().vocab, 0.4);
  const auto with = train_step(transformer, optimizer, {batch_of({example})}, {.learning_rate = 0});
  const auto without =
      train_step(transformer, optimizer, {batch_of({example}, false)}, {.learning_rate = 0});
  const auto results = static_cast<std::size_t>(calls::TokenRole::kResult);
  EXPECT_EQ(with->loss.tokens(), 24U);
  EXPECT_GT(with->loss.count[results], 0U);
  EXPECT_EQ(without->loss.count[results], 0U);
  EXPECT_NEAR(without->loss.sum[0], with->loss.sum[0], 1e-3);
}

TEST(TrainStep, ClipsTheUpdateNotTheReportedNorm) {
  const model::Transformer transformer = tiny_model(tiny_config(true));
  AdamW optimizer(transformer, {});
  const MicroBatch batch = batch_of({random_tokens(20, transformer.config().vocab)});
  const auto result =
      train_step(transformer, optimizer, {batch}, {.learning_rate = 0, .clip = 0.01});
  EXPECT_GT(result->grad_norm, 0.01);
  EXPECT_NEAR(optimizer.grad_norm(), 0.01, 1e-5);
}

TEST(TrainStep, NonFiniteLossLeavesEverythingAlone) {
  const model::Transformer transformer = tiny_model(tiny_config(true));
  AdamW optimizer(transformer, {});
  const MicroBatch batch = batch_of({random_tokens(10, transformer.config().vocab)});
  const torch::Tensor& norm = transformer.parameters().at("model.norm.weight");
  const torch::Tensor& other = transformer.parameters().at("model.embed_tokens.weight");
  const torch::Tensor before = other.clone();
  {
    const torch::NoGradGuard no_grad;
    norm[3] = std::numeric_limits<float>::quiet_NaN();
  }
  const auto result = train_step(transformer, optimizer, {batch}, {.learning_rate = 1});
  EXPECT_EQ(result->problem, "the loss is not finite");
  EXPECT_EQ(optimizer.steps(), 0);
  EXPECT_TRUE(other.equal(before));
}

TEST(TrainStep, NonFiniteGradientLeavesEverythingAlone) {
  const model::Transformer transformer = tiny_model(tiny_config(true));
  AdamW optimizer(transformer, {});
  const MicroBatch batch = batch_of({random_tokens(10, transformer.config().vocab)});
  const torch::Tensor& matrix = transformer.parameters().at("model.layers.0.mlp.up_proj.weight");
  const torch::Tensor before = matrix.clone();
  // A hook that breaks one gradient while the loss stays finite.
  matrix.register_hook([](const torch::Tensor& grad) { return grad / 0.0; });
  const auto result = train_step(transformer, optimizer, {batch}, {.learning_rate = 1});
  EXPECT_EQ(result->problem, "the gradient is not finite");
  EXPECT_TRUE(matrix.equal(before));
}

TEST(TrainStep, NothingToLearnIsNamed) {
  const model::Transformer transformer = tiny_model(tiny_config(true));
  AdamW optimizer(transformer, {});
  const MicroBatch batch =
      batch_of({calls::LabelledTokens{{4, 5, 6},
                                      std::vector<calls::TokenRole>(3, calls::TokenRole::kResult)}},
               false);
  const auto result = train_step(transformer, optimizer, {batch}, {.learning_rate = 1});
  EXPECT_EQ(result->problem, "no token of this batch counts in the loss");
}

TEST(TrainStep, StopsBetweenPacksWithoutAnUpdate) {
  const model::Transformer transformer = tiny_model(tiny_config(true));
  AdamW optimizer(transformer, {});
  const MicroBatch batch = batch_of({random_tokens(10, transformer.config().vocab)});
  int asked = 0;
  const auto result = train_step(transformer, optimizer, {batch, batch}, {.learning_rate = 1},
                                 [&] { return ++asked == 2; });
  EXPECT_FALSE(result);
  EXPECT_EQ(optimizer.steps(), 0);
}

// The gradients that a step leaves behind, with adapters and rows of their own or without.
std::map<std::string, torch::Tensor> gradients(bool adapters, torch::Dtype compute_dtype) {
  model::Transformer transformer = tiny_model(tiny_config(true));
  if (adapters) add_adapters(transformer, {2, 4, {"*"}, 7}, {{"<API>", 35, {1}}});
  torch::manual_seed(6);
  for (const auto& [name, tensor] : transformer.parameters()) {
    const torch::NoGradGuard no_grad;
    if (name.ends_with(model::kLowRankB)) tensor.normal_(0, 0.1);
  }
  AdamW optimizer(transformer, {});
  const MicroBatch batch = batch_of({random_tokens(30, 37), random_tokens(12, 37)});
  const model::MixedPrecision precision(torch::kCPU, compute_dtype);
  EXPECT_EQ(train_step(transformer, optimizer, {batch}, {.learning_rate = 0})->problem, "");
  std::map<std::string, torch::Tensor> result;
  for (const auto& [name, tensor] : transformer.parameters()) {
    if (tensor.requires_grad()) result[name] = tensor.grad();
  }
  return result;
}

TEST(TrainStep, BFloat16ProductsGiveTheGradientsOfFloat32WithinTheirRounding) {
  for (const bool adapters : {false, true}) {
    const auto exact = gradients(adapters, torch::kFloat32);
    for (const auto& [name, gradient] : gradients(adapters, torch::kBFloat16)) {
      EXPECT_EQ(gradient.scalar_type(), torch::kFloat32) << name;
      const double difference =
          ((gradient - exact.at(name)).norm() / exact.at(name).norm()).item<double>();
      EXPECT_GT(difference, 1e-4) << name << ": was this bfloat16?";
      EXPECT_LT(difference, 0.1) << name;
    }
  }
}

TEST(TrainStep, UpdatesBelowTheResolutionOfBFloat16AreNotLost) {
  const model::Transformer transformer = tiny_model(tiny_config(true));
  AdamW optimizer(transformer, {});
  const torch::Tensor& matrix = transformer.parameters().at("model.layers.0.mlp.up_proj.weight");
  const torch::Tensor before = matrix.detach().clone();
  const MicroBatch batch = batch_of({random_tokens(40, transformer.config().vocab)});
  const model::MixedPrecision precision(torch::kCPU, torch::kBFloat16);
  constexpr int kSteps = 4;
  constexpr double kRate = 1e-6;  // AdamW moves a number by about that much
  for (int i = 0; i < kSteps; ++i) train_step(transformer, optimizer, {batch}, {kRate});
  EXPECT_EQ(matrix.scalar_type(), torch::kFloat32);
  EXPECT_NEAR((matrix - before).abs().median().item<double>(), kSteps * kRate, kRate);
  const torch::Tensor same = matrix.to(torch::kBFloat16) == before.to(torch::kBFloat16);
  EXPECT_GT(same.to(torch::kFloat32).mean().item<double>(), 0.9) << "steps too long for this test";
}

TEST(Evaluate, EqualsTheTrainingLossAndMakesNoGradient) {
  const model::Transformer transformer = tiny_model(tiny_config(false));
  const MicroBatch batch = batch_of({random_tokens(12, transformer.config().vocab)});
  const LossSums sums = evaluate(transformer, batch);
  EXPECT_FALSE(transformer.parameters().at("lm_head.weight").grad().defined());
  AdamW optimizer(transformer, {});
  const auto result = train_step(transformer, optimizer, {batch}, {.learning_rate = 0});
  EXPECT_NEAR(sums.mean(), result->loss.mean(), 1e-6);
}

}  // namespace
}  // namespace toolformer::finetune
