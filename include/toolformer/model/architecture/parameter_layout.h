// SPDX-License-Identifier: Apache-2.0
// Which parameters an architecture has, under their Hugging Face names, and the shape of each.
// Loading, saving, counting and checking all read this one description.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "toolformer/model/architecture/config.h"

namespace toolformer::model {

/// Module names of one layer, without ".weight" and ".bias"; empty: the architecture has no such
/// module.
struct LayerNames {
  std::string attention_norm;
  std::string query, key, value;  ///< three projections, or
  std::string fused_qkv;          ///< one: [query; key; value], or these three for each head
  std::string query_norm, key_norm;
  std::string attention_out;
  std::string attention_post_norm;
  std::string mlp_norm;
  std::string gate, up;       ///< two matrices, or
  std::string fused_gate_up;  ///< one: [gate; up]
  std::string down;
  std::string mlp_post_norm;
};

struct ModuleNames {
  std::string embedding, positions, final_norm, head;
};

struct ParameterNames {
  ModuleNames modules;
  std::string layers;  ///< before a layer's number: "model.layers."
  LayerNames layer;    ///< behind it
};

/// Each module of a layer beside its name in GGUF.
struct LayerModule {
  std::string LayerNames::*name;
  const char* gguf;
};
inline constexpr LayerModule kLayerModules[] = {
    {&LayerNames::attention_norm, "attn_norm"},
    {&LayerNames::query, "attn_q"},
    {&LayerNames::key, "attn_k"},
    {&LayerNames::value, "attn_v"},
    {&LayerNames::fused_qkv, "attn_qkv"},
    {&LayerNames::query_norm, "attn_q_norm"},
    {&LayerNames::key_norm, "attn_k_norm"},
    {&LayerNames::attention_out, "attn_output"},
    {&LayerNames::attention_post_norm, "post_attention_norm"},
    {&LayerNames::mlp_norm, "ffn_norm"},
    {&LayerNames::gate, "ffn_gate"},
    {&LayerNames::up, "ffn_up"},
    {&LayerNames::fused_gate_up, "ffn_up"},
    {&LayerNames::down, "ffn_down"},
    {&LayerNames::mlp_post_norm, "post_ffw_norm"}};

ModuleNames module_names(const ModelConfig& config);
LayerNames layer_names(const ModelConfig& config, std::int64_t layer);

/// GPT-2's Conv1D keeps its matrices as [in, out], in files and in memory; all others are [out,
/// in].
bool stores_in_out(const ModelConfig& config);

/// Parameter name -> shape. A tied head has no entry.
using Shapes = std::map<std::string, std::vector<std::int64_t>>;
Shapes parameter_shapes(const ModelConfig& config);

/// A matrix of a layer, which a low-rank adapter can stand beside.
struct LayerMatrix {
  std::string module;  ///< "model.layers.0.self_attn.q_proj"
  std::int64_t out = 0, in = 0;
};
/// All of them, layer by layer.
std::vector<LayerMatrix> layer_matrices(const ModelConfig& config);

// Names, behind those of their modules, of parameters that stand beside the model's own; as PEFT
// calls them.
inline constexpr const char* kLowRankA = ".lora_A.weight";
inline constexpr const char* kLowRankB = ".lora_B.weight";
inline constexpr const char* kOwnRows = ".token_adapter.trainable_tokens_delta";

/// How many numbers the shapes hold.
std::int64_t count_parameters(const Shapes& shapes);

}  // namespace toolformer::model
