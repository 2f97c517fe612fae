// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/network/transformer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/edited_model.h"
#include "toolformer/model/architecture/parameter_layout.h"
#include "toolformer/model/weights/checkpoint.h"

namespace toolformer::model {
namespace {

Transformer tiny(const std::string& name) {
  return load_transformer(parity::tiny_directory() / name, {});
}

torch::Tensor logits(const Transformer& transformer, const std::vector<std::int64_t>& ids) {
  const auto count = static_cast<std::int64_t>(ids.size());
  PackedAttention attention({count});
  return transformer.logits(transformer.forward(torch::tensor(ids, torch::kInt64),
                                                torch::arange(count, torch::kInt64), attention));
}

TEST(Transformer, WeightsThatDoNotFitAreListed) {
  const Transformer good = tiny("qwen3");
  Parameters parameters = good.parameters();
  parameters.erase("model.norm.weight");
  parameters["model.extra.weight"] = torch::ones({2});
  parameters["lm_head.weight"] = torch::ones({2, 16});
  EXPECT_THAT(
      refusal([&] { Transformer(good.config(), parameters); }),
      testing::AllOf(testing::HasSubstr("missing: model.norm.weight [16]"),
                     testing::HasSubstr("not part of this architecture: model.extra.weight"),
                     testing::HasSubstr("lm_head.weight: the configuration asks for [64, 16]")));
}

TEST(Transformer, AppendedTokensStartAtTheMeanOfOthers) {
  const torch::NoGradGuard no_grad;
  for (const std::string name :
       {"qwen2_window", "gptj", "gpt2"}) {  // tied; with a biased head; tied with positions
    Transformer transformer = tiny(name);
    const torch::Tensor before = logits(transformer, {5, 9, 20});
    transformer.append_tokens({{3}, {4, 6}});
    EXPECT_EQ(transformer.config().vocab, 66);
    const torch::Tensor after = logits(transformer, {5, 9, 20});  // [3, 66]
    EXPECT_TRUE(torch::allclose(after.narrow(1, 0, 64), before, 1e-5, 1e-6)) << name;
    EXPECT_TRUE(torch::allclose(after.select(1, 64), before.select(1, 3), 1e-5, 1e-5)) << name;
    const torch::Tensor mean = (before.select(1, 4) + before.select(1, 6)) / 2;
    EXPECT_TRUE(torch::allclose(after.select(1, 65), mean, 1e-5, 1e-5)) << name;
    EXPECT_TRUE(
        torch::allclose(logits(transformer, {64, 9}), logits(transformer, {3, 9}), 1e-5, 1e-5))
        << name;
  }
}

TEST(Transformer, AppendedTokensNeedRowsToStartFrom) {
  Transformer transformer = tiny("gpt2");
  EXPECT_THROW(transformer.append_tokens({{}}), base::Error);
  EXPECT_THROW(transformer.append_tokens({{64}}), base::Error);
  EXPECT_THROW(transformer.append_tokens({{-1}}), base::Error);
}

torch::Tensor total(const Transformer& transformer) {
  return logits(transformer, {5, 9, 20, 5}).square().mean();
}

TEST(Transformer, AdaptersAreWhatTheirMergedWeightsAre) {
  // gpt2: fused, [in, out]; phi3: more of it fused
  for (const std::string name : {"llama_mha_biases", "gpt2", "phi3_window"}) {
    Transformer transformer = tiny(name);
    const torch::Tensor before = logits(transformer, {5, 9}).detach();
    for (const LayerMatrix& matrix : layer_matrices(transformer.config()))
      transformer.adapt(matrix.module, torch::randn({3, matrix.in}), 0.5);
    EXPECT_TRUE(torch::equal(logits(transformer, {5, 9}).detach(), before)) << name;  // B is 0
    total(transformer).backward();
    const torch::NoGradGuard no_grad;
    for (const auto& [parameter, tensor] : transformer.parameters()) {
      if (!parameter.ends_with(kLowRankB)) continue;
      EXPECT_GT(tensor.grad().abs().max().item<double>(), 0) << parameter;
      tensor.detach().copy_(torch::randn(tensor.sizes()) * 0.3);
    }
    const torch::Tensor adapted = logits(transformer, {5, 9});
    EXPECT_FALSE(torch::allclose(adapted, before, 1e-2, 1e-2)) << name;
    transformer.merge_adapters();
    EXPECT_FALSE(transformer.has_adapters());
    EXPECT_EQ(transformer.parameters().size(), parameter_shapes(transformer.config()).size());
    EXPECT_TRUE(torch::allclose(logits(transformer, {5, 9}), adapted, 1e-4, 1e-4)) << name;
  }
}

TEST(Transformer, SeparateRowsStandForThoseOfTheTables) {
  for (const std::string name : {"llama_mha_biases", "gptj"}) {  // untied; with a biased head
    Transformer transformer = tiny(name);
    const torch::Tensor before = logits(transformer, {5, 9, 20});
    transformer.separate_rows(9, 2);
    EXPECT_TRUE(torch::equal(logits(transformer, {5, 9, 20}), before)) << name;
    logits(transformer, {5, 9, 20}).square().mean().backward();
    const std::string module = module_names(transformer.config()).embedding;
    const torch::Tensor rows = transformer.parameters().at(module + kOwnRows);
    EXPECT_GT(rows.grad()[0].abs().max().item<double>(), 0) << name;  // token 9
    EXPECT_EQ(rows.grad()[1].abs().max().item<double>(), 0) << name;  // token 10 is not there
    const torch::NoGradGuard no_grad;
    rows.detach().copy_(rows.detach().flip(0));  // 9 and 10 change places
    const torch::Tensor after = logits(transformer, {5, 10, 20});
    EXPECT_TRUE(torch::allclose(after.select(1, 5), before.select(1, 5), 1e-5, 1e-6)) << name;
    transformer.merge_adapters();
    EXPECT_TRUE(torch::equal(logits(transformer, {5, 10, 20}), after)) << name;
  }
}

TEST(Transformer, RecomputedActivationsGiveTheSameGradients) {
  for (const std::string name : {"gemma3", "gpt_neox_parallel", "olmo2"}) {
    std::vector<Parameters> gradients;
    for (const auto activations : {Activations::kKept, Activations::kRecomputed}) {
      Transformer transformer = tiny(name);
      transformer.set_activations(activations);
      for (const auto& entry : transformer.parameters()) entry.second.set_requires_grad(true);
      PackedAttention attention({3, 2});
      const auto ids = torch::tensor({5, 9, 20, 7, 7}, torch::kInt64);
      const auto positions = torch::tensor({0, 1, 2, 0, 1}, torch::kInt64);
      transformer.logits(transformer.forward(ids, positions, attention)).square().mean().backward();
      gradients.emplace_back();
      for (const auto& [parameter, tensor] : transformer.parameters())
        gradients.back()[parameter] = tensor.grad().to_dense();
    }
    for (const auto& [parameter, gradient] : gradients[0])
      EXPECT_TRUE(torch::equal(gradient, gradients[1].at(parameter))) << name << " " << parameter;
  }
}

TEST(Transformer, PackedMatricesComputeTheSame) {
  const torch::InferenceMode inference;
  for (const std::string& name : parity::tiny_cases()) {
    Transformer transformer = tiny(name);
    const torch::Tensor before = logits(transformer, {5, 9, 20, 7, 33});
    transformer.pack_for_inference();
    EXPECT_TRUE(torch::allclose(logits(transformer, {5, 9, 20, 7, 33}), before, 1e-4, 1e-4))
        << name;
  }
}

TEST(Transformer, LearnedPositionsEnd) {
  const Transformer transformer = tiny("gpt2");
  EXPECT_NO_THROW(logits(transformer, std::vector<std::int64_t>(32, 5)));
  EXPECT_THAT(refusal([&] { logits(transformer, std::vector<std::int64_t>(33, 5)); }),
              testing::HasSubstr("position 32: gpt2 has learned positions for 32 tokens only"));
}

TEST(ParameterLayout, ListsWhatTransformersSaved) {
  for (const std::string& name : parity::tiny_cases()) {
    const auto stored = read_tensors(parity::tiny_directory() / name / "model.safetensors");
    const Shapes shapes = parameter_shapes(load_config(parity::tiny_directory() / name));
    std::int64_t numbers = 0;
    ASSERT_EQ(shapes.size(), stored.size()) << name;
    for (const auto& [parameter, tensor] : stored) {
      EXPECT_EQ(tensor.sizes().vec(), shapes.at(parameter)) << parameter;
      numbers += tensor.numel();
    }
    EXPECT_EQ(count_parameters(shapes), numbers);
  }
}

}  // namespace
}  // namespace toolformer::model
