// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "parity/tiny_models.h"
#include "toolformer/formats/strict_json.h"
#include "toolformer/model/architecture/config.h"

namespace toolformer::model {
namespace {

TEST(HuggingFaceConfigWriter, WhatItWritesIsReadBackTheSame) {
  for (const std::string& name : parity::tiny_cases()) {
    const ModelConfig config = parse_hugging_face_config(
        formats::read_strict_json(parity::tiny_directory() / name / "config.json"));
    EXPECT_EQ(parse_hugging_face_config(hugging_face_config(config, "float32")), config) << name;
  }
}

TEST(HuggingFaceConfigWriter, EveryRotaryPartOfEveryHeadSurvives) {
  ModelConfig config = architecture_defaults("gpt_neox");
  config.vocab = 64;
  config.mlp = config.context = 32;
  config.layers = config.heads = config.kv_heads = 1;
  for (config.head_dim = 2; config.head_dim <= 256; config.head_dim += 2) {
    config.hidden = config.head_dim;
    for (config.rope_dim = 2; config.rope_dim < config.head_dim; config.rope_dim += 2)
      ASSERT_EQ(parse_hugging_face_config(hugging_face_config(config, "float32")).rope_dim,
                config.rope_dim)
          << config.head_dim;
  }
}

}  // namespace
}  // namespace toolformer::model
