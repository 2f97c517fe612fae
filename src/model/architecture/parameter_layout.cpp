// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/architecture/parameter_layout.h"

namespace toolformer::model {
namespace {

LayerNames llama_layer(const ModelConfig& config, const std::string& layer) {
  LayerNames names;
  names.attention_norm = layer + "input_layernorm";
  names.query = layer + "self_attn.q_proj";
  names.key = layer + "self_attn.k_proj";
  names.value = layer + "self_attn.v_proj";
  names.attention_out = layer + "self_attn.o_proj";
  names.gate = layer + "mlp.gate_proj";
  names.up = layer + "mlp.up_proj";
  names.down = layer + "mlp.down_proj";
  names.mlp_norm = layer + "post_attention_layernorm";
  if (config.qk_norm) {
    names.query_norm = layer + "self_attn.q_norm";
    names.key_norm = layer + "self_attn.k_norm";
  }
  if (config.post_norms) {
    names.attention_post_norm = layer + "post_attention_layernorm";
    names.mlp_norm = layer + "pre_feedforward_layernorm";
    names.mlp_post_norm = layer + "post_feedforward_layernorm";
  }
  return names;
}

LayerNames gpt2_layer(const std::string& layer) {
  LayerNames names;
  names.attention_norm = layer + "ln_1";
  names.fused_qkv = layer + "attn.c_attn";
  names.attention_out = layer + "attn.c_proj";
  names.mlp_norm = layer + "ln_2";
  names.up = layer + "mlp.c_fc";
  names.down = layer + "mlp.c_proj";
  return names;
}

LayerNames gptj_layer(const std::string& layer) {
  LayerNames names;
  names.attention_norm = layer + "ln_1";
  names.query = layer + "attn.q_proj";
  names.key = layer + "attn.k_proj";
  names.value = layer + "attn.v_proj";
  names.attention_out = layer + "attn.out_proj";
  names.up = layer + "mlp.fc_in";
  names.down = layer + "mlp.fc_out";
  return names;
}

LayerNames gpt_neox_layer(const std::string& layer) {
  LayerNames names;
  names.attention_norm = layer + "input_layernorm";
  names.fused_qkv = layer + "attention.query_key_value";
  names.attention_out = layer + "attention.dense";
  names.mlp_norm = layer + "post_attention_layernorm";
  names.up = layer + "mlp.dense_h_to_4h";
  names.down = layer + "mlp.dense_4h_to_h";
  return names;
}

/// Collects shapes, module by module; a module without a name is skipped.
class ShapeList {
 public:
  explicit ShapeList(const ModelConfig& config) : config_(config) {}

  void matrix(const std::string& name, std::int64_t out, std::int64_t in, bool bias) {
    if (name.empty()) return;
    const bool turned = stores_in_out(config_);
    shapes_[name + ".weight"] = {turned ? in : out, turned ? out : in};
    if (bias) shapes_[name + ".bias"] = {out};
  }
  void table(const std::string& name, std::int64_t rows) {
    if (!name.empty()) shapes_[name + ".weight"] = {rows, config_.hidden};
  }
  void norm(const std::string& name, std::int64_t size) {
    if (name.empty()) return;
    shapes_[name + ".weight"] = {size};
    if (config_.norm == Norm::kLayer) shapes_[name + ".bias"] = {size};
  }
  void head(const std::string& name) {
    if (!config_.tied_head) table(name, config_.vocab);
    if (config_.head_bias) shapes_[name + ".bias"] = {config_.vocab};
  }
  Shapes take() { return std::move(shapes_); }

 private:
  const ModelConfig& config_;
  Shapes shapes_;
};

}  // namespace

ModuleNames module_names(const ModelConfig& config) {
  if (config.architecture == "gpt2")
    return {"transformer.wte", "transformer.wpe", "transformer.ln_f", "lm_head"};
  if (config.architecture == "gptj") return {"transformer.wte", "", "transformer.ln_f", "lm_head"};
  if (config.architecture == "gpt_neox")
    return {"gpt_neox.embed_in", "", "gpt_neox.final_layer_norm", "embed_out"};
  return {"model.embed_tokens", "", "model.norm", "lm_head"};
}

LayerNames layer_names(const ModelConfig& config, std::int64_t layer) {
  const std::string number = std::to_string(layer) + ".";
  if (config.architecture == "gpt2") return gpt2_layer("transformer.h." + number);
  if (config.architecture == "gptj") return gptj_layer("transformer.h." + number);
  if (config.architecture == "gpt_neox") return gpt_neox_layer("gpt_neox.layers." + number);
  return llama_layer(config, "model.layers." + number);
}

bool stores_in_out(const ModelConfig& config) {
  return config.architecture == "gpt2";
}

Shapes parameter_shapes(const ModelConfig& config) {
  ShapeList list(config);
  const ModuleNames modules = module_names(config);
  list.table(modules.embedding, config.vocab);
  list.table(modules.positions, config.context);
  list.norm(modules.final_norm, config.hidden);
  list.head(modules.head);
  const std::int64_t queries = config.heads * config.head_dim;
  const std::int64_t keys = config.kv_heads * config.head_dim;
  for (std::int64_t layer = 0; layer < config.layers; ++layer) {
    const LayerNames names = layer_names(config, layer);
    list.norm(names.attention_norm, config.hidden);
    list.matrix(names.query, queries, config.hidden, config.qkv_bias);
    list.matrix(names.key, keys, config.hidden, config.qkv_bias);
    list.matrix(names.value, keys, config.hidden, config.qkv_bias);
    list.matrix(names.fused_qkv, queries + 2 * keys, config.hidden, config.qkv_bias);
    list.norm(names.query_norm, config.head_dim);
    list.norm(names.key_norm, config.head_dim);
    list.matrix(names.attention_out, config.hidden, queries, config.out_bias);
    list.norm(names.attention_post_norm, config.hidden);
    list.norm(names.mlp_norm, config.hidden);
    list.matrix(names.gate, config.mlp, config.hidden, config.mlp_bias);
    list.matrix(names.up, config.mlp, config.hidden, config.mlp_bias);
    list.matrix(names.down, config.hidden, config.mlp, config.mlp_bias);
    list.norm(names.mlp_post_norm, config.hidden);
  }
  return list.take();
}

std::vector<LayerMatrix> layer_matrices(const ModelConfig& config) {
  const Shapes shapes = parameter_shapes(config);
  const bool turned = stores_in_out(config);
  std::vector<LayerMatrix> matrices;
  for (std::int64_t layer = 0; layer < config.layers; ++layer) {
    const LayerNames names = layer_names(config, layer);
    for (const std::string& module : {names.query, names.key, names.value, names.fused_qkv,
                                      names.attention_out, names.gate, names.up, names.down}) {
      if (module.empty()) continue;
      const auto& shape = shapes.at(module + ".weight");
      matrices.push_back({module, shape[turned ? 1 : 0], shape[turned ? 0 : 1]});
    }
  }
  return matrices;
}

std::int64_t count_parameters(const Shapes& shapes) {
  std::int64_t total = 0;
  for (const auto& [name, shape] : shapes) {
    std::int64_t size = 1;
    for (const std::int64_t extent : shape) size *= extent;
    total += size;
  }
  return total;
}

}  // namespace toolformer::model
