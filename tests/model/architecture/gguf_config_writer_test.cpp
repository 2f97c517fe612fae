// SPDX-License-Identifier: Apache-2.0
// What is written, key by key; that it is read back is tests/model/weights/save_gguf_test.cpp's.
#include <gtest/gtest.h>

#include <map>

#include "toolformer/model/architecture/gguf_config.h"

namespace toolformer::model {
namespace {

ModelConfig small(const std::string& architecture) {
  ModelConfig config = architecture_defaults(architecture);
  config.vocab = 10;
  config.hidden = 8;
  config.layers = 3;
  config.heads = 4;
  config.kv_heads = 2;
  config.head_dim = 2;
  config.mlp = 6;
  config.context = 16;
  return config;
}

using Value = decltype(formats::GgufEntry::value);

std::map<std::string, Value> written(const ModelConfig& config) {
  std::map<std::string, Value> entries;
  for (const formats::GgufEntry& entry : gguf_metadata(config)) entries[entry.key] = entry.value;
  return entries;
}

TEST(GgufConfigWriter, SizesUnderTheArchitecturesName) {
  const auto entries = written(small("llama"));
  EXPECT_EQ(entries.at("general.architecture"), Value(std::string("llama")));
  const std::map<std::string, std::uint32_t> sizes = {
      {"llama.block_count", 3},          {"llama.context_length", 16},
      {"llama.embedding_length", 8},     {"llama.feed_forward_length", 6},
      {"llama.attention.head_count", 4}, {"llama.attention.head_count_kv", 2},
      {"llama.attention.key_length", 2}, {"llama.rope.dimension_count", 2},
      {"llama.vocab_size", 10}};
  for (const auto& [key, size] : sizes) EXPECT_EQ(entries.at(key), Value(size)) << key;
  EXPECT_EQ(entries.at("llama.rope.freq_base"), Value(10000.F));
  EXPECT_EQ(entries.at("llama.attention.layer_norm_rms_epsilon"), Value(1e-5F));
  EXPECT_FALSE(entries.contains("llama.attention.sliding_window"));
  EXPECT_FALSE(entries.contains("llama.rope.scaling.type"));
}

TEST(GgufConfigWriter, NamesOfTheFormatAreNotThoseOfHuggingFace) {
  EXPECT_TRUE(written(small("gpt_neox")).contains("gptneox.use_parallel_residual"));
  EXPECT_TRUE(written(small("gpt_neox")).contains("gptneox.attention.layer_norm_epsilon"));
  EXPECT_TRUE(written(small("gemma3_text")).contains("gemma3.block_count"));
  ModelConfig mistral = small("mistral");
  mistral.sliding_window = 5;
  EXPECT_EQ(written(mistral).at("llama.attention.sliding_window"), Value(std::uint32_t{5}));
  EXPECT_FALSE(written(small("gpt2")).contains("gpt2.rope.freq_base"));
}

TEST(GgufConfigWriter, LinearScalingIsAnEntryAndLlama31sATensor) {
  ModelConfig config = small("llama");
  config.rope_linear_factor = 4;
  EXPECT_EQ(written(config).at("llama.rope.scaling.type"), Value(std::string("linear")));
  EXPECT_EQ(written(config).at("llama.rope.scaling.factor"), Value(4.F));
  EXPECT_FALSE(gguf_rope_divisors(config).defined());
  config.head_dim = 64;
  config.rope_llama3 = Llama3RopeScaling{};
  const torch::Tensor divisors = gguf_rope_divisors(config);
  ASSERT_EQ(divisors.numel(), 32);
  EXPECT_EQ(divisors[0].item<float>(), 1);   // the shortest wavelength is kept
  EXPECT_EQ(divisors[31].item<float>(), 8);  // the longest is stretched by the factor
}

}  // namespace
}  // namespace toolformer::model
