// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/architecture/parameter_layout.h"

#include <gtest/gtest.h>

#include "toolformer/model/architecture/architecture.h"

namespace toolformer::model {
namespace {

ModelConfig small(const std::string& architecture) {
  ModelConfig config = find_architecture(architecture).defaults;
  config.vocab = 10;
  config.hidden = 4;
  config.layers = 1;
  config.heads = 2;
  config.kv_heads = 1;
  config.head_dim = 2;
  config.mlp = 6;
  config.context = 8;
  config.tied_head = true;
  return config;
}

TEST(ParameterLayout, LlamaByHand) {
  const Shapes expected = {
      {"model.embed_tokens.weight", {10, 4}},
      {"model.layers.0.input_layernorm.weight", {4}},
      {"model.layers.0.mlp.down_proj.weight", {4, 6}},
      {"model.layers.0.mlp.gate_proj.weight", {6, 4}},
      {"model.layers.0.mlp.up_proj.weight", {6, 4}},
      {"model.layers.0.post_attention_layernorm.weight", {4}},
      {"model.layers.0.self_attn.k_proj.weight", {2, 4}},  // one key/value head of two dimensions
      {"model.layers.0.self_attn.o_proj.weight", {4, 4}},
      {"model.layers.0.self_attn.q_proj.weight", {4, 4}},
      {"model.layers.0.self_attn.v_proj.weight", {2, 4}},
      {"model.norm.weight", {4}},
  };
  const ModelConfig config = small("llama");
  EXPECT_EQ(parameter_shapes(config), expected);
  EXPECT_EQ(count_parameters(expected), 40 + 3 * 24 + 2 * 16 + 2 * 8 + 3 * 4);
  EXPECT_FALSE(stores_in_out(config));
}

TEST(ParameterLayout, AnUntiedHeadAndBiasesAreParameters) {
  ModelConfig config = small("llama");
  const std::size_t tied = parameter_shapes(config).size();
  config.tied_head = false;
  config.qkv_bias = true;
  const Shapes shapes = parameter_shapes(config);
  EXPECT_EQ(shapes.size(), tied + 1 + 3);
  EXPECT_EQ(shapes.at("lm_head.weight"), (std::vector<std::int64_t>{10, 4}));
  EXPECT_EQ(shapes.at("model.layers.0.self_attn.k_proj.bias"), std::vector<std::int64_t>{2});
}

TEST(ParameterLayout, Gpt2KeepsInOutAndOneMatrixForQueriesKeysAndValues) {
  ModelConfig config = small("gpt2");
  config.kv_heads = 2;
  EXPECT_TRUE(stores_in_out(config));
  const Shapes shapes = parameter_shapes(config);
  EXPECT_EQ(shapes.at("transformer.h.0.attn.c_attn.weight"), (std::vector<std::int64_t>{4, 12}));
  EXPECT_EQ(shapes.at("transformer.h.0.mlp.c_fc.weight"), (std::vector<std::int64_t>{4, 6}));
  EXPECT_EQ(shapes.at("transformer.wpe.weight"), (std::vector<std::int64_t>{8, 4}));
}

TEST(ParameterLayout, MatricesOfALayerAreNamedOutByIn) {
  const std::vector<LayerMatrix> matrices = layer_matrices(small("llama"));
  ASSERT_EQ(matrices.size(), 7U);
  for (const LayerMatrix& matrix : matrices) {
    const bool is_down = matrix.module == "model.layers.0.mlp.down_proj";
    const bool is_key = matrix.module == "model.layers.0.self_attn.k_proj";
    if (is_down) {
      EXPECT_EQ(matrix.in, 6);
    }
    if (is_key) {
      EXPECT_EQ(matrix.out, 2);
    }
  }
  ModelConfig gpt2 = small("gpt2");
  gpt2.kv_heads = 2;
  EXPECT_EQ(layer_matrices(gpt2).front().out, 12);  // whatever the files' orientation
  EXPECT_EQ(layer_matrices(gpt2).front().in, 4);
}

TEST(ParameterLayout, LayersAreCountedInTheNames) {
  ModelConfig config = small("llama");
  config.layers = 12;
  EXPECT_TRUE(parameter_shapes(config).contains("model.layers.11.self_attn.q_proj.weight"));
  EXPECT_EQ(layer_names(config, 3).gate, "model.layers.3.mlp.gate_proj");
  EXPECT_TRUE(layer_names(config, 3).query_norm.empty());
  EXPECT_EQ(module_names(config).embedding, "model.embed_tokens");
}

}  // namespace
}  // namespace toolformer::model
