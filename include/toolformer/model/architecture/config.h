// SPDX-License-Identifier: Apache-2.0
// One description that covers every supported architecture: what differs between Llama, Mistral,
// Qwen2, Qwen3, SmolLM2, OLMo 2, Phi-3, Gemma 3, GPT-2, GPT-J and GPT-NeoX is a field here, not a
// class. Which norms and matrices a layer has is said by the names of its parameters
// (parameter_layout.h).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace toolformer::model {

enum class Norm { kRms, kLayer };
enum class Activation { kSilu, kGeluTanh, kGelu };
/// kGated: down(act(gate(x)) * up(x)); kPlain: down(act(up(x))).
enum class Mlp { kGated, kPlain };
/// Which dimensions a rotary pair is made of: i and i + d/2 (Llama, NeoX), or 2i and 2i + 1
/// (GPT-J).
enum class RopeLayout { kHalf, kInterleaved };

/// Llama 3.1's frequency scaling (rope_type "llama3").
struct Llama3RopeScaling {
  double factor = 8, low_freq_factor = 1, high_freq_factor = 4;
  std::int64_t original_context = 8192;
  bool operator==(const Llama3RopeScaling&) const = default;
};

struct ModelConfig {
  std::string architecture;  ///< Hugging Face model_type, a row of architecture.cpp
  std::int64_t vocab = 0, hidden = 0, layers = 0, heads = 0, kv_heads = 0, head_dim = 0, mlp = 0,
               context = 0;

  Norm norm = Norm::kRms;
  double norm_eps = 1e-5;
  bool norm_plus_one = false;    ///< Gemma as stored by Hugging Face: scale is (1 + weight)
  bool norm_in_float32 = false;  ///< Gemma, OLMo 2: scaled before rounding to the dtype, not after
  bool joint_qk_norm = false;    ///< OLMo 2: one norm over all heads; else one for each head

  bool rope = true;
  RopeLayout rope_layout = RopeLayout::kHalf;
  bool rope_in_float32 = false;  ///< OLMo 2: rotates in float32, whatever the weights' dtype
  double rope_theta = 10000;
  std::int64_t rope_dim = 0;      ///< rotated dimensions of a head; 0: all
  double rope_linear_factor = 1;  ///< positions are divided by it (linear scaling)
  std::optional<Llama3RopeScaling> rope_llama3;
  bool learned_positions = false;  ///< GPT-2

  std::int64_t sliding_window = 0;  ///< tokens a windowed layer sees, itself included; 0: none
  std::vector<bool> windowed;       ///< [layers], or empty: no layer is
  std::optional<double>
      windowed_rope_theta;     ///< Gemma 3: windowed layers rotate with their own base
  double attention_scale = 0;  ///< multiplies q.k; 0: 1/sqrt(head_dim)
  bool inverse_layer_scale =
      false;  ///< GPT-2 (scale_attn_by_inverse_layer_idx): also divided by layer + 1

  bool fused_by_head =
      false;  ///< GPT-NeoX: a fused projection has q, k, v of head 0, of head 1, ..
  bool qkv_bias = false, out_bias = false, mlp_bias = false, head_bias = false;
  Mlp mlp_kind = Mlp::kGated;
  Activation activation = Activation::kSilu;
  bool parallel_residual = false;  ///< GPT-J, GPT-NeoX: attention and MLP read the same input
  bool shared_norm = false;        ///< GPT-J: and the same norm of it
  double embedding_scale =
      1;  ///< Gemma: sqrt(hidden), rounded to the weights' dtype as in the reference
  bool tied_head = true;

  std::optional<std::int64_t> bos;  ///< ids of the control tokens, as far as the file names them
  std::vector<std::int64_t> eos;

  std::int64_t rotary_dim() const { return rope_dim > 0 ? rope_dim : head_dim; }
  bool is_windowed(std::int64_t layer) const {
    return sliding_window > 0 && !windowed.empty() && windowed[static_cast<std::size_t>(layer)];
  }
  bool operator==(const ModelConfig&) const = default;
};

/// Sizes beyond any model, or that contradict each other: one sentence each; empty: all is well.
std::vector<std::string> config_problems(const ModelConfig& config);

/// From config.json. Throws DataError that lists everything wrong: an unknown architecture or
/// option by name, missing keys, sizes that contradict each other. Spellings of transformers 4
/// and 5.
ModelConfig parse_hugging_face_config(const nlohmann::json& config);

/// config.json for transformers (versions 4 and 5); `dtype` as torch names it: "float32".
nlohmann::ordered_json hugging_face_config(const ModelConfig& config, const std::string& dtype);

}  // namespace toolformer::model
