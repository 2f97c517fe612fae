// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "parity/tiny_models.h"
#include "toolformer/base/error.h"
#include "toolformer/formats/strict_json.h"
#include "toolformer/model/architecture/architecture.h"

namespace toolformer::model {
namespace {

using nlohmann::json;
using testing::HasSubstr;

json llama() {
  return {{"model_type", "llama"},         {"vocab_size", 64},         {"hidden_size", 16},
          {"num_hidden_layers", 2},        {"num_attention_heads", 4}, {"intermediate_size", 24},
          {"max_position_embeddings", 128}};
}

std::string refusal(const json& config) {
  try {
    parse_hugging_face_config(config);
  } catch (const base::DataError& error) {
    return error.what();
  }
  return "accepted";
}

json with(json config, const std::string& key, const json& value) {
  config[key] = value;
  return config;
}

json tiny(const std::string& name) {
  return formats::read_strict_json(parity::tiny_directory() / name / "config.json");
}

TEST(HuggingFaceConfig, LlamaDefaultsAreThoseOfTransformers) {
  const ModelConfig config = parse_hugging_face_config(llama());
  EXPECT_EQ(config.kv_heads, 4);
  EXPECT_EQ(config.head_dim, 4);
  EXPECT_EQ(config.norm_eps, 1e-6);
  EXPECT_EQ(config.rope_theta, 10000);
  EXPECT_FALSE(config.tied_head);
  EXPECT_FALSE(config.qkv_bias);
}

TEST(HuggingFaceConfig, BothSpellingsOfRopeAreTheSame) {
  json old = with(llama(), "rope_theta", 5000.0);
  old["rope_scaling"] = {{"type", "linear"}, {"factor", 4.0}};
  const json now = with(llama(), "rope_parameters",
                        {{"rope_type", "linear"}, {"factor", 4.0}, {"rope_theta", 5000.0}});
  EXPECT_EQ(parse_hugging_face_config(old), parse_hugging_face_config(now));
  EXPECT_EQ(parse_hugging_face_config(old).rope_linear_factor, 4);
}

TEST(HuggingFaceConfig, Llama3ScalingFallsBackToTheContext) {
  const json rope = {{"rope_type", "llama3"},
                     {"factor", 32.0},
                     {"low_freq_factor", 1.0},
                     {"high_freq_factor", 4.0}};
  const ModelConfig config = parse_hugging_face_config(with(llama(), "rope_scaling", rope));
  ASSERT_TRUE(config.rope_llama3);
  EXPECT_EQ(config.rope_llama3->original_context, 128);
  EXPECT_EQ(config.rope_llama3->factor, 32);
}

TEST(HuggingFaceConfig, EverythingWrongIsListedTogether) {
  json config = llama();
  config.erase("hidden_size");
  config["num_attention_heads"] = 0;
  config["hidden_act"] = "relu";
  config["vocab_size"] = "many";
  config["rope_scaling"] = {{"rope_type", "yarn"}, {"factor", 4.0}};
  EXPECT_THAT(refusal(config),
              testing::AllOf(HasSubstr("hidden_size: missing"), HasSubstr("attention heads is 0"),
                             HasSubstr("'relu'"),
                             HasSubstr("vocab_size: expected an integer, got \"many\""),
                             HasSubstr("'yarn'")));
}

TEST(HuggingFaceConfig, UnknownThingsAreRefusedByName) {
  EXPECT_THAT(refusal(with(llama(), "model_type", "mixtral")), HasSubstr("'mixtral'"));
  EXPECT_THAT(refusal(with(llama(), "num_local_experts", 8)), HasSubstr("num_local_experts"));
  EXPECT_THAT(refusal(with(llama(), "attn_logit_softcapping", 50.0)),
              HasSubstr("attn_logit_softcapping"));
  EXPECT_THAT(refusal(with(llama(), "partial_rotary_factor", 0.5)),
              HasSubstr("partial_rotary_factor"));
  EXPECT_THAT(refusal(with(llama(), "quantization_config", {{"quant_method", "gptq"}})),
              HasSubstr("quantised"));
  for (const char* type : {"dynamic", "longrope", "su", "mrope"})
    EXPECT_THAT(refusal(with(llama(), "rope_scaling", {{"type", type}})), HasSubstr(type));
}

TEST(HuggingFaceConfig, NeutralValuesOfThoseOptionsAreFine) {
  json config = llama();
  config["attn_logit_softcapping"] = nullptr;
  config["num_experts"] = 0;
  config["rope_interleaved"] = false;
  config["logits_scaling"] = 1.0;
  config["rope_scaling"] = nullptr;
  config["a_key_of_next_year"] = "ignored, as transformers does";
  EXPECT_EQ(refusal(config), "accepted");
}

TEST(HuggingFaceConfig, SizesThatNoModelHas) {
  EXPECT_THAT(refusal(with(llama(), "num_hidden_layers", 1'000'000'000)),
              HasSubstr("layers is 1000000000"));
  EXPECT_THAT(refusal(with(llama(), "num_attention_heads", 3)),
              HasSubstr("16 is no multiple of 3"));
  EXPECT_THAT(refusal(with(llama(), "rope_theta", 0)), HasSubstr("rope theta is 0"));
  EXPECT_THAT(refusal(with(llama(), "vocab_size", 18446744073709551615ULL)),
              HasSubstr("vocab_size: expected an integer"));
  EXPECT_THAT(refusal(with(llama(), "rms_norm_eps", "1e-6")), HasSubstr("rms_norm_eps"));
  EXPECT_THAT(refusal(json::array()), HasSubstr("expected a JSON object"));
  EXPECT_THAT(refusal(json::object()), HasSubstr("model_type: missing"));
}

TEST(HuggingFaceConfig, NoValueOfAnyKeyDoesMoreThanBeRefused) {
  const json values = {nullptr,
                       true,
                       -1,
                       0,
                       1,
                       9223372036854775807,
                       18446744073709551615ULL,
                       1e308,
                       -0.5,
                       "",
                       "x",
                       json::array(),
                       {1, "x"},
                       {{"x", nullptr}},
                       json::object()};
  for (const std::string& name : parity::tiny_cases()) {
    const json good = tiny(name);
    const json flat = good.flatten();
    for (const auto& [key, old] : flat.items()) {
      for (const json& value : values) {
        json changed = good;
        changed[json::json_pointer(key)] = value;
        EXPECT_NO_THROW(refusal(changed)) << key << " = " << value;
      }
      json without = flat;
      without.erase(key);
      EXPECT_NO_THROW(refusal(without.unflatten())) << key;
    }
  }
}

TEST(HuggingFaceConfig, MistralWindowAbsentIsNotNull) {
  const json mistral = with(llama(), "model_type", "mistral");
  EXPECT_EQ(parse_hugging_face_config(mistral).sliding_window, 4096);
  EXPECT_EQ(parse_hugging_face_config(with(mistral, "sliding_window", nullptr)).sliding_window, 0);
  EXPECT_TRUE(parse_hugging_face_config(with(mistral, "sliding_window", 7)).is_windowed(1));
}

TEST(HuggingFaceConfig, QwenWindowsStartAtALayer) {
  json qwen = with(llama(), "model_type", "qwen2");
  qwen["sliding_window"] = 8;
  qwen["max_window_layers"] = 1;
  EXPECT_EQ(parse_hugging_face_config(qwen).sliding_window, 0) << "use_sliding_window is off";
  qwen["use_sliding_window"] = true;
  EXPECT_EQ(parse_hugging_face_config(qwen).windowed, (std::vector<bool>{false, true}));
  qwen["layer_types"] = {"sliding_attention", "chunked_attention"};
  EXPECT_THAT(refusal(qwen), HasSubstr("'chunked_attention'"));
}

TEST(HuggingFaceConfig, Gemma3InsideItsMultimodalConfiguration) {
  const json composite = {{"model_type", "gemma3"},
                          {"eos_token_id", {1, 106}},
                          {"vision_config", {{"hidden_size", 1152}}},
                          {"text_config",
                           {{"model_type", "gemma3_text"},
                            {"hidden_size", 2560},
                            {"intermediate_size", 10240},
                            {"num_hidden_layers", 34},
                            {"sliding_window", 1024},
                            {"rope_scaling", {{"rope_type", "linear"}, {"factor", 8.0}}}}}};
  const ModelConfig config = parse_hugging_face_config(composite);
  EXPECT_EQ(config.architecture, "gemma3_text");
  EXPECT_EQ(config.vocab, 262208);
  EXPECT_EQ(config.head_dim, 256);
  EXPECT_EQ(config.rope_linear_factor, 8);
  EXPECT_EQ(config.rope_theta, 1e6);
  EXPECT_EQ(config.windowed_rope_theta, 1e4);
  EXPECT_TRUE(config.is_windowed(4));
  EXPECT_FALSE(config.is_windowed(5));
  EXPECT_EQ(config.eos, (std::vector<std::int64_t>{1, 106}));
  EXPECT_DOUBLE_EQ(config.attention_scale, 1.0 / 16);
}

TEST(HuggingFaceConfig, NeoXRotatesAQuarterByDefault) {
  json neox = with(llama(), "model_type", "gpt_neox");
  neox["num_attention_heads"] = 2;
  EXPECT_EQ(parse_hugging_face_config(neox).rope_dim, 2);
  EXPECT_EQ(parse_hugging_face_config(with(neox, "rotary_pct", 1.0)).rope_dim, 8);
  EXPECT_THAT(refusal(with(neox, "rotary_pct", 0.0)), HasSubstr("rotary_pct"));
}

TEST(HuggingFaceConfig, Phi3RotatesAPartUnderEitherSpelling) {
  json phi = with(llama(), "model_type", "phi3");
  phi["num_attention_heads"] = 2;
  EXPECT_EQ(parse_hugging_face_config(phi).rotary_dim(), 8);
  EXPECT_EQ(parse_hugging_face_config(phi).sliding_window, 0);
  EXPECT_EQ(parse_hugging_face_config(with(phi, "partial_rotary_factor", 0.75)).rotary_dim(), 6);
  const json now = {{"rope_type", "default"}, {"partial_rotary_factor", 0.5}};
  EXPECT_EQ(parse_hugging_face_config(with(phi, "rope_parameters", now)).rotary_dim(), 4);
  for (const char* type : {"longrope", "su"})
    EXPECT_THAT(refusal(with(phi, "rope_scaling", {{"type", type}})), HasSubstr(type));
}

TEST(HuggingFaceConfig, Olmo2HasItsOwnDefaults) {
  const ModelConfig config = parse_hugging_face_config(with(llama(), "model_type", "olmo2"));
  EXPECT_EQ(config.norm_eps, 1e-5);
  EXPECT_FALSE(config.tied_head);
  EXPECT_THAT(refusal(with(llama(), "model_type", "olmo3")), HasSubstr("'olmo3'"));
  EXPECT_THAT(refusal(with(with(llama(), "model_type", "olmo2"), "clip_qkv", 8.0)),
              HasSubstr("clip_qkv"));
}

TEST(HuggingFaceConfig, WhatItWritesIsReadBackTheSame) {
  for (const std::string& name : parity::tiny_cases()) {
    const ModelConfig config = parse_hugging_face_config(tiny(name));
    EXPECT_EQ(parse_hugging_face_config(hugging_face_config(config, "float32")), config) << name;
  }
}

TEST(HuggingFaceConfig, EveryRotaryPartOfEveryHeadSurvives) {
  ModelConfig config = find_architecture("gpt_neox").defaults;
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
