// SPDX-License-Identifier: Apache-2.0
// Rope parameters are written in the spelling of transformers 4, which transformers 5 reads too.
#include <cmath>
#include <nlohmann/json.hpp>

#include "toolformer/model/architecture/config.h"

namespace toolformer::model {
namespace {

using nlohmann::ordered_json;

std::string class_name(const std::string& architecture) {
  if (architecture == "gemma3_text") return "Gemma3ForCausalLM";
  if (architecture == "gpt2") return "GPT2LMHeadModel";
  if (architecture == "gptj") return "GPTJForCausalLM";
  if (architecture == "gpt_neox") return "GPTNeoXForCausalLM";
  if (architecture == "mistral") return "MistralForCausalLM";
  if (architecture == "qwen2") return "Qwen2ForCausalLM";
  if (architecture == "qwen3") return "Qwen3ForCausalLM";
  return "LlamaForCausalLM";
}

/// `gelu_tanh`: how this architecture's files usually call it.
std::string activation_name(Activation activation, const char* gelu_tanh) {
  switch (activation) {
    case Activation::kSilu:
      return "silu";
    case Activation::kGelu:
      return "gelu";
    case Activation::kGeluTanh:
      break;
  }
  return gelu_tanh;
}

ordered_json rope_scaling(const ModelConfig& config) {
  if (config.rope_llama3)
    return {{"rope_type", "llama3"},
            {"factor", config.rope_llama3->factor},
            {"low_freq_factor", config.rope_llama3->low_freq_factor},
            {"high_freq_factor", config.rope_llama3->high_freq_factor},
            {"original_max_position_embeddings", config.rope_llama3->original_context}};
  if (config.rope_linear_factor != 1)
    return {{"rope_type", "linear"}, {"factor", config.rope_linear_factor}};
  return nullptr;
}

/// The part p of a head with int(p * head_dim) == rotary_dim: that is how it is read back.
double rotary_part(const ModelConfig& config) {
  const auto head = static_cast<double>(config.head_dim);
  const double part = static_cast<double>(config.rotary_dim()) / head;
  const bool exact = static_cast<std::int64_t>(part * head) == config.rotary_dim();
  return exact ? part : (static_cast<double>(config.rotary_dim()) + 0.5) / head;
}

ordered_json layer_types(const ModelConfig& config) {
  ordered_json types = ordered_json::array();
  for (std::int64_t layer = 0; layer < config.layers; ++layer)
    types.push_back(config.is_windowed(layer) ? "sliding_attention" : "full_attention");
  return types;
}

void write_sizes(const ModelConfig& config, ordered_json& json) {
  json["vocab_size"] = config.vocab;
  json["hidden_size"] = config.hidden;
  json["intermediate_size"] = config.mlp;
  json["num_hidden_layers"] = config.layers;
  json["num_attention_heads"] = config.heads;
  json["max_position_embeddings"] = config.context;
}

void write_llama_family(const ModelConfig& config, ordered_json& json) {
  const std::string& architecture = config.architecture;
  write_sizes(config, json);
  json["num_key_value_heads"] = config.kv_heads;
  json["head_dim"] = config.head_dim;
  json["rms_norm_eps"] = config.norm_eps;
  json["rope_theta"] = config.rope_theta;
  json["rope_scaling"] = rope_scaling(config);
  if (architecture == "gemma3_text") {
    json["rope_local_base_freq"] = config.windowed_rope_theta.value_or(10000);
    json["hidden_activation"] = activation_name(config.activation, "gelu_pytorch_tanh");
    const double scalar = 1 / (config.attention_scale * config.attention_scale);
    json["query_pre_attn_scalar"] = static_cast<std::int64_t>(std::llround(scalar));
    json["sliding_window"] = config.sliding_window > 0 ? config.sliding_window : 4096;
    json["layer_types"] = layer_types(config);
  } else {
    json["hidden_act"] = activation_name(config.activation, "gelu_pytorch_tanh");
  }
  if (architecture == "mistral")
    json["sliding_window"] =
        config.sliding_window > 0 ? ordered_json(config.sliding_window) : ordered_json(nullptr);
  if (architecture == "qwen2" || architecture == "qwen3") {
    json["use_sliding_window"] = config.sliding_window > 0;
    json["sliding_window"] =
        config.sliding_window > 0 ? ordered_json(config.sliding_window) : ordered_json(nullptr);
    json["layer_types"] = layer_types(config);
  }
  if (architecture == "llama" || architecture == "qwen3" || architecture == "gemma3_text")
    json["attention_bias"] = config.qkv_bias;
  if (architecture == "llama") json["mlp_bias"] = config.mlp_bias;
}

void write_gpt2_or_gptj(const ModelConfig& config, ordered_json& json) {
  json["vocab_size"] = config.vocab;
  json["n_embd"] = config.hidden;
  json["n_layer"] = config.layers;
  json["n_head"] = config.heads;
  json["n_inner"] = config.mlp;
  json["n_positions"] = config.context;
  json["layer_norm_epsilon"] = config.norm_eps;
  json["activation_function"] = activation_name(config.activation, "gelu_new");
  if (config.architecture == "gptj") {
    json["rotary_dim"] = config.rotary_dim();
    return;
  }
  json["scale_attn_weights"] = config.attention_scale != 1;
  json["scale_attn_by_inverse_layer_idx"] = config.inverse_layer_scale;
}

void write_gpt_neox(const ModelConfig& config, ordered_json& json) {
  write_sizes(config, json);
  json["layer_norm_eps"] = config.norm_eps;
  json["hidden_act"] = activation_name(config.activation, "gelu_new");
  json["attention_bias"] = config.qkv_bias;
  json["use_parallel_residual"] = config.parallel_residual;
  json["rotary_emb_base"] = config.rope_theta;
  json["rotary_pct"] = rotary_part(config);
  json["rope_scaling"] = rope_scaling(config);
}

}  // namespace

ordered_json hugging_face_config(const ModelConfig& config, const std::string& dtype) {
  ordered_json json;
  json["architectures"] = {class_name(config.architecture)};
  json["model_type"] = config.architecture;
  if (config.architecture == "gpt2" || config.architecture == "gptj")
    write_gpt2_or_gptj(config, json);
  else if (config.architecture == "gpt_neox")
    write_gpt_neox(config, json);
  else
    write_llama_family(config, json);
  json["tie_word_embeddings"] = config.tied_head;
  json["bos_token_id"] = config.bos ? ordered_json(*config.bos) : ordered_json(nullptr);
  if (config.eos.size() == 1)
    json["eos_token_id"] = config.eos.front();
  else
    json["eos_token_id"] = config.eos.empty() ? ordered_json(nullptr) : ordered_json(config.eos);
  json["torch_dtype"] = dtype;
  return json;
}

}  // namespace toolformer::model
