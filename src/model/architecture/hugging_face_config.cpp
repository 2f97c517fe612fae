// SPDX-License-Identifier: Apache-2.0
// Keys and defaults as in the configuration classes of transformers 5.23; older spellings are read
// too.
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "toolformer/base/error.h"
#include "toolformer/model/architecture/config.h"
#include "toolformer/model/architecture/json_fields.h"

namespace toolformer::model {
namespace {

/// Options that change the computation and that no supported architecture of ours computes. Absent,
/// null, false, 0, an empty list, or the neutral value: nothing is asked for.
struct Unsupported {
  const char* key;
  double neutral;
};
constexpr Unsupported kUnsupported[] = {
    {"attn_logit_softcapping", 0},
    {"final_logit_softcapping", 0},
    {"logit_softcapping", 0},
    {"num_local_experts", 0},
    {"num_experts", 0},
    {"n_routed_experts", 0},
    {"num_experts_per_tok", 0},
    {"quantization_config", 0},
    {"use_bidirectional_attention", 0},
    {"add_cross_attention", 0},
    {"is_encoder_decoder", 0},
    {"alibi", 0},
    {"use_alibi", 0},
    {"kv_lora_rank", 0},
    {"q_lora_rank", 0},
    {"attention_chunk_size", 0},
    {"no_rope_layers", 0},
    {"use_mrope", 0},
    {"rope_interleaved", 0},
    {"clip_qkv", 0},
    {"attn_temperature_tuning", 0},
    {"embedding_multiplier", 1},
    {"residual_multiplier", 1},
    {"attention_multiplier", 1},
    {"logits_scaling", 1},
    {"logit_scale", 1},
};

void refuse_unsupported(const JsonFields& fields) {
  for (const auto& [key, neutral] : kUnsupported) {
    const nlohmann::json* value = fields.find(key);
    if (value == nullptr || (value->is_structured() && value->empty())) continue;
    if (value->is_boolean() && !value->get<bool>()) continue;
    if (value->is_number() && value->get<double>() == neutral) continue;
    if (std::string(key) == "quantization_config")
      fields.problem(key,
                     "quantised Hugging Face weights are not supported; use the original weights "
                     "or a GGUF file");
    else
      fields.problem(key, fmt::format("this option is not supported (it is set to {})",
                                      value->dump().substr(0, 60)));
  }
}

void read_activation(const JsonFields& fields, const std::string& key, ModelConfig& config) {
  const std::optional<std::string> name = fields.string(key);
  if (!name) return;
  if (*name == "silu" || *name == "swish")
    config.activation = Activation::kSilu;
  else if (*name == "gelu" || *name == "gelu_python")
    config.activation = Activation::kGelu;
  else if (*name == "gelu_new" || *name == "gelu_pytorch_tanh" || *name == "gelu_python_tanh" ||
           *name == "gelu_fast")
    config.activation = Activation::kGeluTanh;
  else
    fields.problem(
        key,
        fmt::format("the activation '{}' is not supported; supported are silu, gelu, gelu_new, "
                    "gelu_pytorch_tanh and their synonyms",
                    *name));
}

void read_tokens(const JsonFields& fields, ModelConfig& config) {
  const std::vector<std::int64_t> bos = fields.one_or_more_integers("bos_token_id");
  if (!bos.empty()) config.bos = bos.front();
  config.eos = fields.one_or_more_integers("eos_token_id");
}

/// One set of rope parameters: theta and scaling. `context`: the default of the original context.
void read_rope_parameters(const JsonFields& rope, ModelConfig& config) {
  config.rope_theta = rope.number("rope_theta").value_or(config.rope_theta);
  const std::string key = rope.has("rope_type") ? "rope_type" : "type";
  const std::string type = rope.string(key).value_or("default");
  if (type == "default") return;
  if (type == "linear") {
    if (!rope.has("factor")) rope.problem("factor", "missing");
    config.rope_linear_factor = rope.number("factor").value_or(1);
  } else if (type == "llama3") {
    Llama3RopeScaling scaling;
    for (const char* needed : {"factor", "low_freq_factor", "high_freq_factor"})
      if (!rope.has(needed)) rope.problem(needed, "missing");
    scaling.factor = rope.number("factor").value_or(scaling.factor);
    scaling.low_freq_factor = rope.number("low_freq_factor").value_or(scaling.low_freq_factor);
    scaling.high_freq_factor = rope.number("high_freq_factor").value_or(scaling.high_freq_factor);
    scaling.original_context =
        rope.integer("original_max_position_embeddings").value_or(config.context);
    config.rope_llama3 = scaling;
  } else {
    rope.problem(
        key,
        fmt::format("the rope type '{}' is not supported; supported are default, linear and llama3",
                    type));
  }
}

/// transformers 4 wrote rope_theta and rope_scaling, transformers 5 writes rope_parameters.
JsonFields rope_fields(const JsonFields& fields) {
  const nlohmann::json* old = fields.find("rope_scaling");
  return fields.object(old != nullptr && !old->empty() ? "rope_scaling" : "rope_parameters");
}

void read_rope(const JsonFields& fields, ModelConfig& config) {
  config.rope_theta = fields.number("rope_theta").value_or(config.rope_theta);
  const JsonFields rope = rope_fields(fields);
  read_rope_parameters(rope, config);
  for (const JsonFields* place : {&fields, &rope}) {
    const double part = place->number("partial_rotary_factor").value_or(1);
    if (part != 1)
      place->problem("partial_rotary_factor",
                     fmt::format("{} is not supported for {}: its heads rotate as a whole", part,
                                 config.architecture));
  }
}

/// Fills `windowed` from layer_types; false when the key is absent.
bool read_layer_types(const JsonFields& fields, ModelConfig& config) {
  const auto types = fields.strings("layer_types");
  if (!types) return false;
  config.windowed.clear();
  for (const std::string& type : *types) {
    if (type != "full_attention" && type != "sliding_attention") {
      fields.problem(
          "layer_types",
          fmt::format("the layer type '{}' is not supported; supported are full_attention "
                      "and sliding_attention",
                      type));
      return true;
    }
    config.windowed.push_back(type == "sliding_attention");
  }
  return true;
}

std::vector<bool> all_layers(const ModelConfig& config, bool value) {
  return std::vector<bool>(
      static_cast<std::size_t>(std::clamp<std::int64_t>(config.layers, 0, 1 << 16)), value);
}

void read_window(const JsonFields& fields, ModelConfig& config) {
  if (config.architecture == "mistral") {
    const std::int64_t absent = fields.names("sliding_window") ? 0 : 4096;  // null: no window
    config.sliding_window = fields.integer("sliding_window").value_or(absent);
    if (config.sliding_window > 0) config.windowed = all_layers(config, true);
  } else if (config.architecture == "gemma3_text") {
    config.sliding_window = fields.integer("sliding_window").value_or(4096);
    if (fields.names("sliding_window") && !fields.has("sliding_window"))
      return fields.problem("sliding_window", "null: gemma3's windowed layers need a window");
    const std::int64_t pattern = fields.integer("sliding_window_pattern").value_or(6);
    if (pattern < 1)
      return fields.problem("sliding_window_pattern", fmt::format("{} is not a period", pattern));
    config.windowed = all_layers(config, true);
    for (std::size_t layer = 0; layer < config.windowed.size(); ++layer)
      config.windowed[layer] = (layer + 1) % static_cast<std::size_t>(pattern) != 0;
    read_layer_types(fields, config);
  } else if (fields.boolean("use_sliding_window").value_or(false)) {  // Qwen
    config.sliding_window = fields.integer("sliding_window").value_or(4096);
    const std::int64_t first = fields.integer("max_window_layers").value_or(28);
    config.windowed = all_layers(config, false);
    for (std::size_t layer = 0; layer < config.windowed.size(); ++layer)
      config.windowed[layer] = static_cast<std::int64_t>(layer) >= first;
    read_layer_types(fields, config);
  }
  if (std::find(config.windowed.begin(), config.windowed.end(), true) == config.windowed.end()) {
    config.windowed.clear();
    config.sliding_window = 0;
  }
}

void read_llama_sizes(const JsonFields& fields, ModelConfig& config) {
  config.vocab = fields.required_integer("vocab_size");
  config.hidden = fields.required_integer("hidden_size");
  config.layers = fields.required_integer("num_hidden_layers");
  config.heads = fields.required_integer("num_attention_heads");
  config.mlp = fields.required_integer("intermediate_size");
  config.kv_heads = fields.integer("num_key_value_heads").value_or(config.heads);
  config.context = fields.integer("max_position_embeddings").value_or(2048);
}

/// hidden / heads, where the file gives no head_dim.
std::int64_t even_share(const JsonFields& fields, const ModelConfig& config) {
  if (config.heads < 1 || config.hidden < 1) return 0;  // reported as sizes already
  if (config.hidden % config.heads != 0)
    fields.problem("hidden size", fmt::format("{} is no multiple of {} attention heads",
                                              config.hidden, config.heads));
  return config.hidden / config.heads;
}

void read_llama_family(const JsonFields& fields, ModelConfig& config) {
  read_llama_sizes(fields, config);
  if (config.architecture == "qwen3")
    config.head_dim = fields.integer("head_dim").value_or(128);
  else if (fields.has("head_dim"))
    config.head_dim = fields.integer("head_dim").value_or(0);
  else
    config.head_dim = even_share(fields, config);
  config.norm_eps = fields.number("rms_norm_eps").value_or(config.norm_eps);
  read_activation(fields, "hidden_act", config);
  if (config.architecture == "llama" || config.architecture == "qwen3")
    config.qkv_bias = config.out_bias = fields.boolean("attention_bias").value_or(false);
  if (config.architecture == "llama") config.mlp_bias = fields.boolean("mlp_bias").value_or(false);
  read_rope(fields, config);
  read_window(fields, config);
}

/// The scaling of windowed layers, which the reference allows and we do not.
void read_gemma3_rope(const JsonFields& fields, ModelConfig& config) {
  const JsonFields parameters = fields.object("rope_parameters");
  const bool nested = parameters.has("full_attention") || parameters.has("sliding_attention");
  if (!parameters.empty() && !nested)
    parameters.problem("full_attention", "missing: gemma3 keeps rope parameters per layer type");
  config.rope_theta = fields.number("rope_theta").value_or(config.rope_theta);
  config.windowed_rope_theta =
      fields.number("rope_local_base_freq").value_or(*config.windowed_rope_theta);
  read_rope_parameters(parameters.object("full_attention"), config);
  const JsonFields old = fields.object("rope_scaling");
  if (!old.empty()) read_rope_parameters(old, config);
  const JsonFields windowed = parameters.object("sliding_attention");
  config.windowed_rope_theta = windowed.number("rope_theta").value_or(*config.windowed_rope_theta);
  const std::string type = windowed.string("rope_type").value_or("default");
  if (type != "default")
    windowed.problem("rope_type", fmt::format("'{}' is not supported for windowed layers", type));
}

void read_gemma3(const JsonFields& fields, ModelConfig& config) {
  config.vocab = fields.integer("vocab_size").value_or(262208);
  config.hidden = fields.required_integer("hidden_size");
  config.layers = fields.required_integer("num_hidden_layers");
  config.mlp = fields.required_integer("intermediate_size");
  config.heads = fields.integer("num_attention_heads").value_or(8);
  config.kv_heads = fields.integer("num_key_value_heads").value_or(4);
  config.head_dim = fields.integer("head_dim").value_or(256);
  config.context = fields.integer("max_position_embeddings").value_or(131072);
  config.norm_eps = fields.number("rms_norm_eps").value_or(config.norm_eps);
  config.qkv_bias = config.out_bias = fields.boolean("attention_bias").value_or(false);
  read_activation(fields, "hidden_activation", config);
  const double scalar = fields.number("query_pre_attn_scalar").value_or(256);
  if (scalar > 0)
    config.attention_scale = 1 / std::sqrt(scalar);
  else
    fields.problem("query_pre_attn_scalar", fmt::format("{} is not positive", scalar));
  config.embedding_scale = std::sqrt(static_cast<double>(config.hidden));
  read_gemma3_rope(fields, config);
  read_window(fields, config);
}

void read_gpt2_or_gptj(const JsonFields& fields, ModelConfig& config) {
  config.vocab = fields.required_integer("vocab_size");
  config.hidden = fields.required_integer("n_embd");
  config.layers = fields.required_integer("n_layer");
  config.heads = config.kv_heads = fields.required_integer("n_head");
  config.context = fields.integer("n_positions").value_or(fields.integer("n_ctx").value_or(1024));
  config.head_dim = even_share(fields, config);
  config.mlp =
      fields.integer("n_inner").value_or(4 * std::clamp<std::int64_t>(config.hidden, 0, 1 << 20));
  config.norm_eps = fields.number("layer_norm_epsilon").value_or(1e-5);
  read_activation(fields, "activation_function", config);
  if (config.architecture == "gptj") {
    config.rope_dim = fields.required_integer("rotary_dim");
    if (config.rope_dim == 0 && fields.has("rotary_dim"))
      fields.problem("rotary_dim", "0 is not supported");
    return;
  }
  if (!fields.boolean("scale_attn_weights").value_or(true)) config.attention_scale = 1;
  config.inverse_layer_scale = fields.boolean("scale_attn_by_inverse_layer_idx").value_or(false);
}

void read_gpt_neox(const JsonFields& fields, ModelConfig& config) {
  read_llama_sizes(fields, config);
  config.kv_heads = config.heads;
  config.head_dim = even_share(fields, config);
  config.norm_eps = fields.number("layer_norm_eps").value_or(1e-5);
  read_activation(fields, "hidden_act", config);
  config.qkv_bias = config.out_bias = fields.boolean("attention_bias").value_or(true);
  config.parallel_residual = fields.boolean("use_parallel_residual").value_or(true);
  config.rope_theta = fields.number("rotary_emb_base").value_or(config.rope_theta);
  const JsonFields rope = rope_fields(fields);
  read_rope_parameters(rope, config);
  const double part =
      rope.number("partial_rotary_factor").value_or(fields.number("rotary_pct").value_or(0.25));
  if (part > 0 && part <= 1)
    config.rope_dim = static_cast<std::int64_t>(static_cast<double>(config.head_dim) * part);
  else
    fields.problem("rotary_pct", fmt::format("{} is no part of a head", part));
  if (config.rope_dim == 0 && config.head_dim > 0)
    fields.problem("rotary_pct", "no dimension of a head is rotated");
}

[[noreturn]] void refuse(const std::vector<std::string>& problems) {
  base::throw_error<base::DataError>("config.json cannot be used: {}", fmt::join(problems, "; "));
}

}  // namespace

ModelConfig parse_hugging_face_config(const nlohmann::json& json) {
  std::vector<std::string> problems;
  if (!json.is_object()) refuse({"expected a JSON object"});
  const JsonFields top(json, "", problems);
  std::string architecture = top.string("model_type").value_or("");
  if (architecture.empty()) {
    problems.push_back("model_type: missing");
    refuse(problems);
  }
  // Gemma 3 with a vision tower: the language model's part is a configuration of its own.
  const bool composite = architecture == "gemma3";
  if (composite) architecture = "gemma3_text";
  const JsonFields fields = composite ? top.object("text_config") : top;

  ModelConfig config = architecture_defaults(architecture);
  refuse_unsupported(fields);
  if (composite && top.has("quantization_config")) refuse_unsupported(top);
  if (architecture == "gemma3_text")
    read_gemma3(fields, config);
  else if (architecture == "gpt2" || architecture == "gptj")
    read_gpt2_or_gptj(fields, config);
  else if (architecture == "gpt_neox")
    read_gpt_neox(fields, config);
  else
    read_llama_family(fields, config);
  config.tied_head = top.boolean("tie_word_embeddings").value_or(config.tied_head);
  read_tokens(top, config);
  if (composite && config.eos.empty()) read_tokens(fields, config);

  for (std::string& problem : config_problems(config)) problems.push_back(std::move(problem));
  if (!problems.empty()) refuse(problems);
  return config;
}

}  // namespace toolformer::model
