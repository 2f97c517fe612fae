// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/weights/gguf_weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/temporary_directory.h"
#include "model/edited_model.h"
#include "toolformer/model/architecture/architecture.h"
#include "toolformer/model/weights/checkpoint.h"

namespace toolformer::model {
namespace {

std::filesystem::path gguf(const std::string& name) {
  return parity::tiny_directory().parent_path() / "gguf" / (name + ".gguf");
}

class TinyGguf : public testing::TestWithParam<std::string> {};

TEST_P(TinyGguf, HoldsTheSameWeightsAsTheHuggingFaceDirectory) {
  const Transformer from_gguf = load_transformer(gguf(GetParam()), {});
  const Transformer original = load_transformer(parity::tiny_directory() / GetParam(), {});
  ASSERT_EQ(from_gguf.parameters().size(), original.parameters().size());
  for (const auto& [name, parameter] : original.parameters())
    EXPECT_TRUE(torch::equal(from_gguf.parameters().at(name), parameter)) << name;
}

TEST_P(TinyGguf, ComputesWhatTransformersComputes) {
  const torch::InferenceMode inference;
  const parity::Expected expected = parity::read_expected(GetParam());
  const Transformer transformer = load_transformer(gguf(GetParam()), {});
  PackedAttention attention(expected.lengths);
  const torch::Tensor logits =
      transformer.logits(transformer.forward(expected.ids, expected.positions, attention));
  EXPECT_LT((logits - expected.logits).abs().max().item<double>(), 1e-4);
}

INSTANTIATE_TEST_SUITE_P(Architectures, TinyGguf,
                         testing::Values("llama_mqa_linear_rope", "qwen3", "olmo2", "phi3_window",
                                         "gpt2", "gptj", "gpt_neox_parallel"),
                         [](const testing::TestParamInfo<std::string>& test) {
                           return test.param;
                         });

TEST(GgufWeights, UnknownAndMissingTensorsAreListedTogether) {
  const fake::TemporaryDirectory folder;
  std::string bytes = fake::read_bytes(gguf("gpt2"));
  const std::string name = "blk.1.attn_qkv.bias";
  bytes.replace(bytes.find(name), name.size(), "blk.1.attn_abc.bias");
  folder.write("x.gguf", bytes);
  EXPECT_THAT(refusal([&] { load_transformer(folder.path() / "x.gguf", {}); }),
              testing::AllOf(testing::HasSubstr("blk.1.attn_qkv.bias: missing"),
                             testing::HasSubstr("blk.1.attn_abc.bias: not part of gpt2")));
}

TEST(GgufWeights, GemmasNormsLoseTheirOne) {
  ModelConfig config = find_architecture("gemma3_text").defaults;
  const torch::Tensor stored = torch::tensor({1.5F, 0.75F});
  const torch::Tensor norm =
      undo_gguf_arrangement(config, "model.layers.0.self_attn.q_norm.weight", stored);
  EXPECT_TRUE(torch::equal(norm, torch::tensor({0.5F, -0.25F})));
  EXPECT_TRUE(
      torch::equal(undo_gguf_arrangement(config, "model.embed_tokens.weight", stored), stored));
}

}  // namespace
}  // namespace toolformer::model
