// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/weights/hugging_face_weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "fake/temporary_directory.h"
#include "model/edited_model.h"
#include "toolformer/model/weights/checkpoint.h"

namespace toolformer::model {
namespace {

using testing::HasSubstr;
using Tensors = std::map<std::string, torch::Tensor>;

Tensors tensors_of(const std::string& name) {
  return read_tensors(parity::tiny_directory() / name / "model.safetensors");
}

/// Loads the tiny model with other tensors, and with its own again for comparison.
std::string load_variant(const std::string& name, const Tensors& tensors) {
  const fake::TemporaryDirectory folder;
  write_variant(folder.path(), name, tensors);
  return refusal([&] {
    const Transformer variant = load_transformer(folder.path(), {});
    const Transformer original = load_transformer(parity::tiny_directory() / name, {});
    for (const auto& [parameter, tensor] : original.parameters())
      EXPECT_TRUE(torch::equal(variant.parameters().at(parameter), tensor)) << parameter;
  });
}

TEST(HuggingFaceWeights, PrefixesOfBaseAndMultimodalModels) {
  Tensors bare;
  for (const auto& [name, tensor] : tensors_of("gpt2"))
    bare[name.substr(std::string("transformer.").size())] = tensor;
  EXPECT_EQ(load_variant("gpt2", bare), "accepted");
  Tensors wrapped, newer;
  for (const auto& [name, tensor] : tensors_of("gemma3")) {
    wrapped["language_model." + name] = tensor;
    newer["model.language_model." + name.substr(std::string("model.").size())] = tensor;
  }
  EXPECT_EQ(load_variant("gemma3", wrapped), "accepted");
  EXPECT_EQ(load_variant("gemma3", newer), "accepted");
}

TEST(HuggingFaceWeights, BuffersAreNotParameters) {
  Tensors tensors = tensors_of("gpt2");
  tensors["transformer.h.0.attn.bias"] = torch::ones({1, 1, 32, 32});
  tensors["transformer.h.1.attn.masked_bias"] = torch::full({}, -1e4F);
  EXPECT_EQ(load_variant("gpt2", tensors), "accepted");
}

TEST(HuggingFaceWeights, UnknownMissingAndMisshapenOnesAreNamed) {
  Tensors tensors = tensors_of("qwen3");
  tensors["model.layers.0.self_attn.sinks"] = torch::ones({4});
  EXPECT_THAT(load_variant("qwen3", tensors),
              HasSubstr("model.layers.0.self_attn.sinks: not part of qwen3"));
  tensors = tensors_of("qwen3");
  tensors.erase("model.norm.weight");
  tensors.erase("model.layers.1.mlp.up_proj.weight");
  EXPECT_THAT(load_variant("qwen3", tensors),
              testing::AllOf(HasSubstr("model.norm.weight: missing"),
                             HasSubstr("model.layers.1.mlp.up_proj.weight: missing")));
  tensors = tensors_of("qwen3");
  tensors["model.norm.weight"] = torch::ones({17});
  EXPECT_THAT(load_variant("qwen3", tensors),
              HasSubstr("model.norm.weight: config.json asks for [16], the tensor has [17]"));
}

TEST(HuggingFaceWeights, NotANumberIsNamed) {
  Tensors tensors = tensors_of("gpt2");
  tensors["transformer.ln_f.bias"][3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(load_variant("gpt2", tensors),
              HasSubstr("transformer.ln_f.bias: 1 of 16 values are NaN or infinite"));
}

TEST(HuggingFaceWeights, ARepeatedTiedHeadIsDroppedAndAnotherOneWins) {
  Tensors tensors = tensors_of("gpt2");
  tensors["lm_head.weight"] = tensors["transformer.wte.weight"].clone();
  EXPECT_EQ(load_variant("gpt2", tensors), "accepted");
  tensors["lm_head.weight"][0][0] += 1;
  const fake::TemporaryDirectory folder;
  write_variant(folder.path(), "gpt2", tensors);
  const Transformer transformer = load_transformer(folder.path(), {});
  EXPECT_FALSE(transformer.config().tied_head);
  EXPECT_TRUE(transformer.parameters().contains("lm_head.weight"));
}

TEST(HuggingFaceWeights, PicklesAreRefusedWithARemedy) {
  const fake::TemporaryDirectory folder;
  write_variant(folder.path(), "gpt2", {});
  std::filesystem::remove(folder.path() / "model.safetensors");
  EXPECT_THAT(refusal([&] { load_transformer(folder.path(), {}); }),
              HasSubstr("there is no model.safetensors"));
  folder.write("pytorch_model.bin", "PK");
  EXPECT_THAT(
      refusal([&] { load_transformer(folder.path(), {}); }),
      testing::AllOf(HasSubstr("pytorch_model.bin is a pickle"), HasSubstr("save_pretrained")));
}

}  // namespace
}  // namespace toolformer::model
