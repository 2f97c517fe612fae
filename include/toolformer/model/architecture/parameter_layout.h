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
  std::string fused_qkv;  ///< one: [query; key; value] (GPT-2), or these three per head (GPT-NeoX)
  std::string query_norm, key_norm;
  std::string attention_out;
  std::string attention_post_norm;
  std::string mlp_norm;
  std::string gate, up, down;
  std::string mlp_post_norm;
};

struct ModuleNames {
  std::string embedding, positions, final_norm, head;
};

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
