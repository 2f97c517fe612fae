// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/architecture/architecture.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "toolformer/base/error.h"
#include "toolformer/model/architecture/config_keys.h"

namespace toolformer::model {
namespace {

// config.json.

void llama_family(const ConfigKeys& keys, ModelConfig& config, const RopeKeys& rope_keys = {}) {
  common_sizes(keys, config);
  keys.integer("num_key_value_heads", config.kv_heads, config.heads);
  if (keys.reads() && !keys.from().has("head_dim") && config.head_dim == 0)
    even_share(keys, config);
  else
    keys.integer("head_dim", config.head_dim);
  keys.number("rms_norm_eps", config.norm_eps);
  rope(keys, config, rope_keys);
  keys.activation("hidden_act", config.activation, "gelu_pytorch_tanh");
}

void llama(const ConfigKeys& keys, ModelConfig& config) {
  llama_family(keys, config);
  attention_bias(keys, config);
  keys.boolean("mlp_bias", config.mlp_bias);
}

void mistral(const ConfigKeys& keys, ModelConfig& config) {
  llama_family(keys, config);
  window_of_all_layers(keys, config, 4096);
}

void qwen2(const ConfigKeys& keys, ModelConfig& config) {
  llama_family(keys, config);
  window_from_a_layer(keys, config);
}

void qwen3(const ConfigKeys& keys, ModelConfig& config) {
  qwen2(keys, config);
  attention_bias(keys, config);
}

/// Where transformers would take an id for padding that may not exist, or is that of a word.
void no_padding_token(const ConfigKeys& keys) {
  keys.write("pad_token_id", nullptr);
}

void olmo2(const ConfigKeys& keys, ModelConfig& config) {
  llama_family(keys, config);
  attention_bias(keys, config);
  no_padding_token(keys);
}

void phi3(const ConfigKeys& keys, ModelConfig& config) {
  llama_family(keys, config, {.part = "partial_rotary_factor"});
  window_of_all_layers(keys, config, 0);
  no_padding_token(keys);
}

void gemma3(const ConfigKeys& keys, ModelConfig& config) {
  common_sizes(keys, config);
  keys.integer("num_key_value_heads", config.kv_heads);
  keys.integer("head_dim", config.head_dim);
  keys.number("rms_norm_eps", config.norm_eps);
  rope_by_layer_type(keys, config);
  keys.activation("hidden_activation", config.activation, "gelu_pytorch_tanh");
  const double factor = config.attention_scale;
  keys.write("query_pre_attn_scalar", std::llround(1 / (factor * factor)));
  if (keys.reads()) {
    const double scalar = keys.from().number("query_pre_attn_scalar").value_or(256);
    config.embedding_scale = std::sqrt(static_cast<double>(config.hidden));
    if (scalar > 0)
      config.attention_scale = 1 / std::sqrt(scalar);
    else
      keys.from().problem("query_pre_attn_scalar", fmt::format("{} is not positive", scalar));
  }
  window_by_period(keys, config);
  attention_bias(keys, config);
}

void gpt_sizes(const ConfigKeys& keys, ModelConfig& config) {
  keys.integer("vocab_size", config.vocab);
  keys.integer("n_embd", config.hidden);
  keys.integer("n_layer", config.layers);
  keys.integer("n_head", config.heads);
  keys.integer("n_inner", config.mlp, 4 * std::clamp<std::int64_t>(config.hidden, 0, 1 << 20));
  if (keys.reads()) config.context = keys.from().integer("n_ctx").value_or(1024);
  keys.integer("n_positions", config.context);
  config.kv_heads = config.heads;
  even_share(keys, config);
  keys.number("layer_norm_epsilon", config.norm_eps);
  keys.activation("activation_function", config.activation, "gelu_new");
}

void gpt2(const ConfigKeys& keys, ModelConfig& config) {
  gpt_sizes(keys, config);
  bool scaled = config.attention_scale != 1;
  keys.boolean("scale_attn_weights", scaled);
  if (!scaled) config.attention_scale = 1;
  keys.boolean("scale_attn_by_inverse_layer_idx", config.inverse_layer_scale);
}

void gptj(const ConfigKeys& keys, ModelConfig& config) {
  gpt_sizes(keys, config);
  config.rope_dim = keys.reads() ? 0 : config.rotary_dim();
  keys.integer("rotary_dim", config.rope_dim);
  if (keys.reads() && config.rope_dim == 0 && keys.from().has("rotary_dim"))
    keys.from().problem("rotary_dim", "0 is not supported");
}

void gpt_neox(const ConfigKeys& keys, ModelConfig& config) {
  common_sizes(keys, config);
  config.kv_heads = config.heads;
  even_share(keys, config);
  keys.number("layer_norm_eps", config.norm_eps);
  keys.activation("hidden_act", config.activation, "gelu_new");
  attention_bias(keys, config);
  keys.boolean("use_parallel_residual", config.parallel_residual);
  rope(keys, config, {"rotary_emb_base", "rotary_pct", 0.25});
}

// GGUF: what its common keys do not say.

void window_in_all_layers(const ConfigKeys& keys, ModelConfig& config) {
  if (keys.reads() || config.sliding_window > 0)
    keys.integer("attention.sliding_window", config.sliding_window, 0);
  if (keys.reads() && config.sliding_window > 0)
    config.windowed.assign(
        static_cast<std::size_t>(std::clamp<std::int64_t>(config.layers, 0, 1 << 10)), true);
}

/// GGUF has one name for two: Mistral is a llama with a window.
void llama_or_mistral(const ConfigKeys& keys, ModelConfig& config) {
  window_in_all_layers(keys, config);
  if (config.sliding_window > 0) config.architecture = "mistral";
}

void gemma3_in_gguf(const ConfigKeys& keys, ModelConfig& config) {
  window_in_all_layers(keys, config);
  if (!keys.reads()) return;
  config.embedding_scale = std::sqrt(static_cast<double>(config.hidden));
  // Every sixth layer sees all; the file does not say so, llama.cpp and the reference fix it for
  // this architecture.
  for (std::size_t layer = 5; layer < config.windowed.size(); layer += 6)
    config.windowed[layer] = false;
  // The 27B model divides by hidden / heads, all others by the head dimension: llama.cpp tells them
  // apart by depth.
  constexpr std::int64_t kLayersOf27B = 62;
  const double scalar = config.layers == kLayersOf27B && config.heads > 0
                            ? static_cast<double>(config.hidden) / static_cast<double>(config.heads)
                            : static_cast<double>(config.head_dim);
  if (scalar > 0) config.attention_scale = 1 / std::sqrt(scalar);
}

/// OLMo 3 has the same name in GGUF, and a window in most layers.
void olmo2_in_gguf(const ConfigKeys& keys, ModelConfig&) {
  if (keys.reads() && keys.from().integer("attention.sliding_window").value_or(0) > 0)
    keys.from().problem("attention.sliding_window", "this is OLMo 3, which is not supported");
}

/// Also a window of 0 is written: where the key is missing, llama.cpp may take one from the sizes.
void phi3_in_gguf(const ConfigKeys& keys, ModelConfig& config) {
  window_in_all_layers(keys, config);
  if (config.sliding_window == 0) keys.write("attention.sliding_window", 0);
}

void gpt_neox_in_gguf(const ConfigKeys& keys, ModelConfig& config) {
  keys.boolean("use_parallel_residual", config.parallel_residual);
}

// The parameters' names.

ParameterNames llama_names() {
  return {.modules = {"model.embed_tokens", "", "model.norm", "lm_head"},
          .layers = "model.layers.",
          .layer = {.attention_norm = "input_layernorm",
                    .query = "self_attn.q_proj",
                    .key = "self_attn.k_proj",
                    .value = "self_attn.v_proj",
                    .attention_out = "self_attn.o_proj",
                    .mlp_norm = "post_attention_layernorm",
                    .gate = "mlp.gate_proj",
                    .up = "mlp.up_proj",
                    .down = "mlp.down_proj"}};
}

ParameterNames qwen3_names() {
  ParameterNames names = llama_names();
  names.layer.query_norm = "self_attn.q_norm";
  names.layer.key_norm = "self_attn.k_norm";
  return names;
}

ParameterNames gemma3_names() {
  ParameterNames names = qwen3_names();
  names.layer.attention_post_norm = "post_attention_layernorm";
  names.layer.mlp_norm = "pre_feedforward_layernorm";
  names.layer.mlp_post_norm = "post_feedforward_layernorm";
  return names;
}

ParameterNames olmo2_names() {
  ParameterNames names = gemma3_names();
  names.layer.attention_norm = names.layer.mlp_norm = "";
  return names;
}

ParameterNames phi3_names() {
  ParameterNames names = llama_names();
  names.layer.query = names.layer.key = names.layer.value = "";
  names.layer.fused_qkv = "self_attn.qkv_proj";
  names.layer.gate = names.layer.up = "";
  names.layer.fused_gate_up = "mlp.gate_up_proj";
  return names;
}

// The rows.

Architecture llama_row() {
  return {.names = {"llama", "LlamaForCausalLM", "llama"},
          .defaults = {.context = 2048, .norm_eps = 1e-6, .tied_head = false},
          .parameters = llama_names(),
          .hugging_face = llama,
          .gguf = llama_or_mistral,
          .gguf_joins_pairs = true,
          .gguf_tells_biases = true};
}

Architecture mistral_row() {
  Architecture row = llama_row();
  row.names = {"mistral", "MistralForCausalLM", "llama"};
  row.hugging_face = mistral;
  row.gguf_tells_biases = false;
  return row;
}

Architecture qwen2_row() {
  return {.names = {"qwen2", "Qwen2ForCausalLM", "qwen2"},
          .defaults = {.context = 2048, .norm_eps = 1e-6, .qkv_bias = true, .tied_head = false},
          .parameters = llama_names(),
          .hugging_face = qwen2};
}

Architecture qwen3_row() {
  return {.names = {"qwen3", "Qwen3ForCausalLM", "qwen3"},
          .defaults = {.head_dim = 128, .context = 2048, .norm_eps = 1e-6, .tied_head = false},
          .parameters = qwen3_names(),
          .hugging_face = qwen3,
          .gguf_tells_biases = true};
}

Architecture gemma3_row() {
  return {.names = {"gemma3_text", "Gemma3ForCausalLM", "gemma3", "gemma3"},
          .defaults = {.vocab = 262208,
                       .heads = 8,
                       .kv_heads = 4,
                       .head_dim = 256,
                       .context = 131072,
                       .norm_eps = 1e-6,
                       .norm_plus_one = true,
                       .norm_in_float32 = true,
                       .rope_theta = 1e6,
                       .windowed_rope_theta = 1e4,
                       .activation = Activation::kGeluTanh},
          .parameters = gemma3_names(),
          .hugging_face = gemma3,
          .gguf = gemma3_in_gguf};
}

Architecture gpt2_row() {
  return {.names = {"gpt2", "GPT2LMHeadModel", "gpt2"},
          .defaults = {.norm = Norm::kLayer,
                       .rope = false,
                       .learned_positions = true,
                       .qkv_bias = true,
                       .out_bias = true,
                       .mlp_bias = true,
                       .mlp_kind = Mlp::kPlain,
                       .activation = Activation::kGeluTanh},
          .parameters = {.modules = {"transformer.wte", "transformer.wpe", "transformer.ln_f",
                                     "lm_head"},
                         .layers = "transformer.h.",
                         .layer = {.attention_norm = "ln_1",
                                   .fused_qkv = "attn.c_attn",
                                   .attention_out = "attn.c_proj",
                                   .mlp_norm = "ln_2",
                                   .up = "mlp.c_fc",
                                   .down = "mlp.c_proj"}},
          .hugging_face = gpt2,
          .in_out = true,
          .heads_fill_hidden = true};
}

Architecture gptj_row() {
  return {.names = {"gptj", "GPTJForCausalLM", "gptj"},
          .defaults = {.norm = Norm::kLayer,
                       .rope_layout = RopeLayout::kInterleaved,
                       .mlp_bias = true,
                       .head_bias = true,
                       .mlp_kind = Mlp::kPlain,
                       .activation = Activation::kGeluTanh,
                       .parallel_residual = true,
                       .shared_norm = true,
                       .tied_head = false},
          .parameters = {.modules = {"transformer.wte", "", "transformer.ln_f", "lm_head"},
                         .layers = "transformer.h.",
                         .layer = {.attention_norm = "ln_1",
                                   .query = "attn.q_proj",
                                   .key = "attn.k_proj",
                                   .value = "attn.v_proj",
                                   .attention_out = "attn.out_proj",
                                   .up = "mlp.fc_in",
                                   .down = "mlp.fc_out"}},
          .hugging_face = gptj,
          .heads_fill_hidden = true};
}

Architecture gpt_neox_row() {
  return {
      .names = {"gpt_neox", "GPTNeoXForCausalLM", "gptneox"},
      .defaults = {.context = 2048,
                   .norm = Norm::kLayer,
                   .fused_by_head = true,
                   .qkv_bias = true,
                   .out_bias = true,
                   .mlp_bias = true,
                   .mlp_kind = Mlp::kPlain,
                   .activation = Activation::kGelu,
                   .parallel_residual = true,
                   .tied_head = false},
      .parameters = {.modules = {"gpt_neox.embed_in", "", "gpt_neox.final_layer_norm", "embed_out"},
                     .layers = "gpt_neox.layers.",
                     .layer = {.attention_norm = "input_layernorm",
                               .fused_qkv = "attention.query_key_value",
                               .attention_out = "attention.dense",
                               .mlp_norm = "post_attention_layernorm",
                               .up = "mlp.dense_h_to_4h",
                               .down = "mlp.dense_4h_to_h"}},
      .hugging_face = gpt_neox,
      .gguf = gpt_neox_in_gguf,
      .heads_fill_hidden = true};
}

Architecture olmo2_row() {
  return {.names = {"olmo2", "Olmo2ForCausalLM", "olmo2"},
          .defaults = {.context = 2048,
                       .norm_in_float32 = true,
                       .joint_qk_norm = true,
                       .rope_in_float32 = true,
                       .tied_head = false},
          .parameters = olmo2_names(),
          .hugging_face = olmo2,
          .gguf = olmo2_in_gguf};
}

Architecture phi3_row() {
  return {.names = {"phi3", "Phi3ForCausalLM", "phi3"},
          .defaults = {.context = 4096, .tied_head = false},
          .parameters = phi3_names(),
          .hugging_face = phi3,
          .gguf = phi3_in_gguf};
}

}  // namespace

const std::vector<Architecture>& architectures() {
  static const std::vector<Architecture> rows = [] {
    std::vector<Architecture> table = {llama_row(), mistral_row(), qwen2_row(),  qwen3_row(),
                                       olmo2_row(), phi3_row(),    gemma3_row(), gpt2_row(),
                                       gptj_row(),  gpt_neox_row()};
    for (Architecture& row : table) row.defaults.architecture = row.names.hugging_face;
    return table;
  }();
  return rows;
}

const Architecture& find_architecture(const std::string& name) {
  for (const Architecture& row : architectures())
    if (row.names.hugging_face == name) return row;
  std::vector<std::string> known;
  for (const Architecture& row : architectures()) {
    known.push_back(row.names.hugging_face);
    if (!row.names.multimodal.empty()) known.back() += " (" + row.names.multimodal + ")";
  }
  base::throw_error<base::DataError>("the architecture '{}' is not supported; supported are {}",
                                     name, fmt::join(known, ", "));
}

}  // namespace toolformer::model
