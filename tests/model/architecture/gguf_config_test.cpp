// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/architecture/gguf_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/temporary_directory.h"
#include "fake/test_files.h"
#include "model/edited_model.h"
#include "toolformer/formats/strict_json.h"

namespace toolformer::model {
namespace {

ModelConfig read(const std::string& name) {
  return gguf_config(formats::GgufFile(parity::tiny_directory().parent_path() / "gguf" / name));
}

TEST(GgufConfig, SaysTheSameAsConfigJson) {
  for (const std::string name : {"llama_mqa_linear_rope", "qwen3", "olmo2", "phi3_window", "gpt2",
                                 "gptj", "gpt_neox_parallel"}) {
    ModelConfig expected = parse_hugging_face_config(
        formats::read_strict_json(parity::tiny_directory() / name / "config.json"));
    ModelConfig config = read(name + ".gguf");
    config.tied_head = expected.tied_head;
    EXPECT_EQ(hugging_face_config(config, ""), hugging_face_config(expected, "")) << name;
  }
}

TEST(GgufConfig, TheDivisorsOfLlama31BecomeItsScaling) {
  const ModelConfig config = read("llama3_rope.gguf");
  ASSERT_TRUE(config.rope_llama3);
  EXPECT_EQ(*config.rope_llama3, (Llama3RopeScaling{32, 1, 4, 8192}));
}

TEST(GgufConfig, UnknownArchitecturesAreNamed) {
  const fake::TemporaryDirectory folder;
  std::string bytes =
      fake::read_bytes(parity::tiny_directory().parent_path() / "gguf" / "gpt2.gguf");
  bytes.replace(bytes.find("gpt2"), 4, "mpt2");
  folder.write("x.gguf", bytes);
  EXPECT_THAT(refusal([&] { gguf_config(formats::GgufFile(folder.path() / "x.gguf")); }),
              testing::HasSubstr("'mpt2'"));
}

TEST(GgufConfig, WhatOtherModelsKeepUnderTheSameNamesIsRefused) {
  const fake::TemporaryDirectory folder;
  std::vector<formats::GgufEntry> olmo3 = gguf_metadata(read("olmo2.gguf"));
  olmo3.push_back({"olmo2.attention.sliding_window", 4096U});
  const formats::GgufTensor embedding{"token_embd.weight", formats::DType::kF32, {64, 16}};
  const formats::GgufWriter writer(folder.path() / "x.gguf", olmo3, {embedding});
  EXPECT_THAT(refusal([&] { gguf_config(formats::GgufFile(writer.temporary())); }),
              testing::HasSubstr("olmo2.attention.sliding_window: this is OLMo 3"));
  std::string bytes =
      fake::read_bytes(parity::tiny_directory().parent_path() / "gguf" / "phi3_window.gguf");
  const std::string name = "blk.1.attn_output.weight";
  bytes.replace(bytes.find(name), name.size(), "rope_factors_long.weight");
  folder.write("y.gguf", bytes);
  EXPECT_THAT(refusal([&] { gguf_config(formats::GgufFile(folder.path() / "y.gguf")); }),
              testing::HasSubstr("longrope"));
}

TEST(GgufConfig, MissingKeysAreListedTogether) {
  const fake::TemporaryDirectory folder;
  std::string bytes =
      fake::read_bytes(parity::tiny_directory().parent_path() / "gguf" / "gpt2.gguf");
  for (const std::string key : {"gpt2.block_count", "gpt2.embedding_length"})
    bytes.replace(bytes.find(key), 4, "xxxx");
  folder.write("x.gguf", bytes);
  EXPECT_THAT(refusal([&] { gguf_config(formats::GgufFile(folder.path() / "x.gguf")); }),
              testing::AllOf(testing::HasSubstr("gpt2.block_count: missing"),
                             testing::HasSubstr("gpt2.embedding_length: missing")));
}

TEST(GgufConfig, Gemma3) {
  const auto path = fake::model_file("gemma3-270m.gguf");
  if (!path) GTEST_SKIP() << "TOOLFORMER_MODELS names no directory with gemma3-270m.gguf";
  const ModelConfig config = gguf_config(formats::GgufFile(*path));
  EXPECT_EQ(config.architecture, "gemma3_text");
  EXPECT_EQ(config.head_dim, 256);
  EXPECT_EQ(config.norm_eps, 1e-6);
  EXPECT_EQ(config.sliding_window, 512);
  EXPECT_TRUE(config.is_windowed(0));
  EXPECT_FALSE(config.is_windowed(5));
  EXPECT_TRUE(config.tied_head);
}

}  // namespace
}  // namespace toolformer::model
