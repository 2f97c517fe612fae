// SPDX-License-Identifier: Apache-2.0
// That llama.cpp computes the same from these files was checked with tests/parity/exported_gguf.py.
#include "toolformer/model/weights/save_gguf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "fake/temporary_directory.h"
#include "model/edited_model.h"
#include "toolformer/formats/gguf.h"
#include "toolformer/model/weights/checkpoint.h"
#include "toolformer/text/tokenizer_spec.h"

namespace toolformer::model {
namespace {

std::unique_ptr<text::Tokenizer> small_tokenizer() {
  text::TokenizerSpec spec;
  spec.pieces = {{"<s>", 0, text::PieceKind::kControl}, {"a"}, {"b"}, {"ab"}};
  spec.merges = {{1, 2, 3}};
  spec.eos = {0};
  spec.pre_tokenizer = {{"type", "ByteLevel"}, {"add_prefix_space", false}};
  return text::make_tokenizer(std::move(spec), "test");
}

torch::Tensor logits_of(const Transformer& transformer, const parity::Expected& expected) {
  const torch::InferenceMode inference;
  PackedAttention attention(expected.lengths);
  return transformer.logits(transformer.forward(expected.ids, expected.positions, attention));
}

Transformer tiny(const std::string& name) {
  return load_transformer(parity::tiny_directory() / name, {});
}

/// Of GPT-NeoX and Gemma 3 GGUF knows the usual form alone: with that instead of the tiny model's.
Transformer usual(const std::string& name) {
  Transformer original = tiny(name);
  ModelConfig config = original.config();
  if (name != "gemma3") return original;
  config.attention_scale = 1 / std::sqrt(static_cast<double>(config.head_dim));
  config.windowed.assign(static_cast<std::size_t>(config.layers), true);
  return {config, original.parameters()};
}

class SaveGguf : public testing::TestWithParam<std::string> {};

TEST_P(SaveGguf, F32GivesIdenticalLogits) {
  const fake::TemporaryDirectory folder;
  const Transformer original = usual(GetParam());
  const auto path = folder.path() / "x.gguf";
  save_gguf(original, *small_tokenizer(), path, formats::DType::kF32);
  const Transformer again = load_transformer(path, {});
  const parity::Expected expected = parity::read_expected(GetParam());
  EXPECT_TRUE(torch::equal(logits_of(again, expected), logits_of(original, expected)));
  EXPECT_EQ(text::load_tokenizer(path)->size(), static_cast<std::size_t>(original.config().vocab));
}

INSTANTIATE_TEST_SUITE_P(Architectures, SaveGguf,
                         testing::Values("gemma3", "gpt2", "gpt_neox_parallel", "gptj",
                                         "llama_mha_biases", "llama_mqa_linear_rope",
                                         "mistral_window", "olmo2", "phi3_window", "qwen3"),
                         [](const testing::TestParamInfo<std::string>& test) {
                           return test.param;
                         });

TEST(SaveGguf, TheScalingOfLlama31ComesBack) {
  const fake::TemporaryDirectory folder;
  const auto path = folder.path() / "x.gguf";
  ModelConfig config = tiny("llama_mha_biases").config();
  config.rope_theta = 5e6;  // so large that frequencies are stretched and kept
  config.rope_llama3 = Llama3RopeScaling{32, 1, 4, 8192};
  save_gguf(Transformer(config, tiny("llama_mha_biases").parameters()), *small_tokenizer(), path,
            formats::DType::kF32);
  EXPECT_EQ(load_config(path).rope_llama3, config.rope_llama3);
}

TEST(SaveGguf, OnlyMatricesChangeTheirType) {
  const fake::TemporaryDirectory folder;
  const auto path = folder.path() / "x.gguf";
  save_gguf(tiny("gpt2"), *small_tokenizer(), path, formats::DType::kQ8_0);
  const formats::GgufFile file(path);
  EXPECT_EQ(file.integer("general.file_type"), 7);
  for (const formats::TensorView& tensor : file.tensors()) {
    const bool plain = tensor.shape.size() < 2 || tensor.name == "position_embd.weight";
    const bool blocks = tensor.shape.back() % 32 == 0;
    EXPECT_EQ(tensor.dtype, plain    ? formats::DType::kF32
                            : blocks ? formats::DType::kQ8_0
                                     : formats::DType::kF16)
        << tensor.name;
  }
}

TEST(SaveGguf, HalvesStayClose) {
  const fake::TemporaryDirectory folder;
  const auto path = folder.path() / "x.gguf";
  save_gguf(tiny("qwen3"), *small_tokenizer(), path, formats::DType::kF16);
  const parity::Expected expected = parity::read_expected("qwen3");
  const torch::Tensor difference =
      logits_of(load_transformer(path, {}), expected) - expected.logits;
  EXPECT_GT(difference.abs().max().item<double>(), 0);
  EXPECT_LT((difference.norm() / expected.logits.norm()).item<double>(), 1e-2);
}

TEST(SaveGguf, WhatGgufCannotSayIsNamedAndLeavesNoFile) {
  for (const auto& [name, key] : {std::pair{"gpt2_inverse_layer_scale", "inverse_layer_idx"},
                                  std::pair{"gemma3", "query_pre_attn_scalar"},
                                  std::pair{"gpt_neox_sequential", "attention_bias"},
                                  std::pair{"qwen2_window", "sliding_window"}}) {
    const fake::TemporaryDirectory folder;
    EXPECT_THAT(refusal([&] {
                  save_gguf(tiny(name), *small_tokenizer(), folder.path() / "x.gguf",
                            formats::DType::kF32);
                }),
                testing::AllOf(testing::HasSubstr(key), testing::HasSubstr("--to hf")));
    EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << name;
  }
}

}  // namespace
}  // namespace toolformer::model
