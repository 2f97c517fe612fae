// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/architecture/parameter_layout.h"

#include "toolformer/model/architecture/architecture.h"

namespace toolformer::model {
namespace {

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
  return find_architecture(config.architecture).parameters.modules;
}

LayerNames layer_names(const ModelConfig& config, std::int64_t layer) {
  const ParameterNames& row = find_architecture(config.architecture).parameters;
  LayerNames names = row.layer;
  for (const LayerModule& module : kLayerModules) {
    std::string& name = names.*module.name;
    if (!name.empty()) name = row.layers + std::to_string(layer) + "." + name;
  }
  return names;
}

bool stores_in_out(const ModelConfig& config) {
  return find_architecture(config.architecture).in_out;
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
    list.norm(names.query_norm, config.joint_qk_norm ? queries : config.head_dim);
    list.norm(names.key_norm, config.joint_qk_norm ? keys : config.head_dim);
    list.matrix(names.attention_out, config.hidden, queries, config.out_bias);
    list.norm(names.attention_post_norm, config.hidden);
    list.norm(names.mlp_norm, config.hidden);
    list.matrix(names.gate, config.mlp, config.hidden, config.mlp_bias);
    list.matrix(names.up, config.mlp, config.hidden, config.mlp_bias);
    list.matrix(names.fused_gate_up, 2 * config.mlp, config.hidden, config.mlp_bias);
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
    for (const LayerModule& entry : kLayerModules) {
      const std::string& module = names.*entry.name;
      const auto found = shapes.find(module + ".weight");
      if (found == shapes.end() || found->second.size() != 2) continue;  // none, or a norm
      const auto& shape = found->second;
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
