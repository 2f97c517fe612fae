// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "fake/temporary_directory.h"
#include "model/edited_model.h"
#include "toolformer/formats/strict_json.h"
#include "toolformer/model/weights/checkpoint.h"

namespace toolformer::model {
namespace {

void expect_same(const Transformer& a, const Transformer& b) {
  EXPECT_EQ(a.config(), b.config());
  ASSERT_EQ(a.parameters().size(), b.parameters().size());
  for (const auto& [name, tensor] : a.parameters())
    EXPECT_TRUE(torch::equal(b.parameters().at(name), tensor)) << name;
}

/// Files like model-00002-of-00004.safetensors.
std::ptrdiff_t count_shards(const std::filesystem::path& folder) {
  const std::filesystem::directory_iterator entries(folder);
  return std::count_if(begin(entries), end(entries), [](const auto& entry) {
    return entry.path().filename().string().starts_with("model-");
  });
}

TEST(SaveTransformer, EveryArchitectureComesBackTheSame) {
  for (const std::string& name : parity::tiny_cases()) {
    const fake::TemporaryDirectory folder;
    const Transformer original = load_transformer(parity::tiny_directory() / name, {});
    save_transformer(original, folder.path());
    expect_same(original, load_transformer(folder.path(), {}));
    // tests/parity/check_saved_models.py loads these with transformers.
    if (const char* keep = std::getenv("TOOLFORMER_KEEP_SAVED"))
      save_transformer(original, std::filesystem::path(keep) / name);
    // Tensor names are those that transformers wrote.
    std::vector<std::string> written, expected;
    for (const auto& [tensor, values] : read_tensors(folder.path() / "model.safetensors"))
      written.push_back(tensor);
    for (const auto& [tensor, values] :
         read_tensors(parity::tiny_directory() / name / "model.safetensors"))
      expected.push_back(tensor);
    EXPECT_EQ(written, expected) << name;
  }
}

TEST(SaveTransformer, ShardsComeBackAndLeaveNothingStale) {
  const fake::TemporaryDirectory folder;
  const Transformer original = load_transformer(parity::tiny_directory() / "qwen3", {});
  save_transformer(original, folder.path());
  save_transformer(original, folder.path(), 8000);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "model.safetensors"));
  EXPECT_GT(count_shards(folder.path()), 2);
  expect_same(original, load_transformer(folder.path(), {}));
  save_transformer(original, folder.path());
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "model.safetensors.index.json"));
  EXPECT_EQ(count_shards(folder.path()), 0);
  expect_same(original, load_transformer(folder.path(), {}));
}

TEST(SaveTransformer, BFloat16StaysBFloat16) {
  const fake::TemporaryDirectory folder;
  const Transformer half =
      load_transformer(parity::tiny_directory() / "gpt2", {torch::kCPU, torch::kBFloat16});
  save_transformer(half, folder.path());
  EXPECT_EQ(formats::read_strict_json(folder.path() / "config.json")["torch_dtype"], "bfloat16");
  expect_same(half, load_transformer(folder.path(), {torch::kCPU, torch::kBFloat16}));
}

TEST(SaveTransformer, GenerationConfigHoldsEveryEnd) {
  const fake::TemporaryDirectory folder;
  Transformer original = load_transformer(parity::tiny_directory() / "gpt2", {});
  ModelConfig config = original.config();
  config.eos = {2, 5};
  save_transformer(Transformer(config, original.parameters()), folder.path());
  EXPECT_EQ(formats::read_strict_json(folder.path() / "generation_config.json")["eos_token_id"],
            nlohmann::json({2, 5}));
  EXPECT_EQ(load_config(folder.path()).eos, (std::vector<std::int64_t>{2, 5}));
}

}  // namespace
}  // namespace toolformer::model
