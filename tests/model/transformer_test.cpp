// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/transformer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/edited_model.h"
#include "toolformer/model/checkpoint.h"
#include "toolformer/model/parameter_layout.h"

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

TEST(Transformer, GradientsFlowThroughAReplacedParameter) {
  Transformer transformer = tiny("llama_mha_biases");
  const std::string name = "model.layers.1.mlp.up_proj.weight";  // [24, 16]
  const torch::Tensor before = logits(transformer, {5, 9}).detach();
  const torch::Tensor b = torch::zeros({24, 2}, torch::requires_grad());
  const torch::Tensor a = torch::ones({2, 16}, torch::requires_grad());
  transformer.replace(name, transformer.parameters().at(name) + b.mm(a));
  const torch::Tensor after = logits(transformer, {5, 9});
  EXPECT_TRUE(torch::equal(after.detach(), before));
  after.sum().backward();
  EXPECT_GT(b.grad().abs().max().item<double>(), 0);
  EXPECT_THROW(transformer.replace("model.nothing", a), base::Error);
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
