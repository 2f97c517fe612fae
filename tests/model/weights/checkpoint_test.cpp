// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/weights/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/temporary_directory.h"
#include "model/edited_model.h"

namespace toolformer::model {
namespace {

using testing::HasSubstr;

TEST(Checkpoint, WhatIsNoModelIsRefusedWithItsPath) {
  const fake::TemporaryDirectory folder;
  const std::filesystem::path missing = folder.path() / "nothing";
  EXPECT_THAT(refusal([&] { load_transformer(missing, {}); }),
              HasSubstr(missing.string() + ": no such model"));
  EXPECT_THAT(refusal([&] { load_transformer(folder.path(), {}); }),
              HasSubstr("there is no config.json"));
  folder.write("notes.txt", "hello");
  EXPECT_THAT(refusal([&] { load_transformer(folder.path() / "notes.txt", {}); }),
              HasSubstr("nor a GGUF file"));
  folder.write("config.json", "{\"model_type\": \"llama\"}");
  EXPECT_THAT(refusal([&] { load_transformer(folder.path(), {}); }),
              testing::AllOf(HasSubstr(folder.path().string()), HasSubstr("hidden_size: missing")));
}

TEST(Checkpoint, TheFingerprintChangesWithWeightsAndConfigurationOnly) {
  const fake::TemporaryDirectory folder;
  const auto tensors = read_tensors(parity::tiny_directory() / "gpt2" / "model.safetensors");
  write_variant(folder.path(), "gpt2", tensors);
  const std::string before = model_fingerprint(folder.path());
  EXPECT_EQ(before.size(), 64U);
  folder.write("README.md", "notes");
  EXPECT_EQ(model_fingerprint(folder.path()), before);
  auto changed = tensors;
  changed.begin()->second = changed.begin()->second + 1;
  write_variant(folder.path(), "gpt2", changed);
  EXPECT_NE(model_fingerprint(folder.path()), before);
  write_variant(folder.path(), "gpt2", tensors);
  EXPECT_EQ(model_fingerprint(folder.path()), before);
  folder.write("config.json", fake::read_bytes(folder.path() / "config.json") + " ");
  EXPECT_NE(model_fingerprint(folder.path()), before);
}

}  // namespace
}  // namespace toolformer::model
