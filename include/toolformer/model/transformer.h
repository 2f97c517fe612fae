// SPDX-License-Identifier: Apache-2.0
// A decoder-only transformer, inference and training from the same definition. Parameters are plain
// tensors under their Hugging Face names, so that loading, saving, freezing and optimising need no
// mapping.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "toolformer/model/attention.h"
#include "toolformer/model/block.h"
#include "toolformer/model/config.h"
#include "toolformer/model/rope.h"

namespace toolformer::model {

/// Name -> tensor, under the names of the Hugging Face checkpoint of the architecture
/// ("model.layers.0.self_attn.q_proj.weight"), in the orientation of its files: [out, in], for
/// GPT-2's Conv1D [in, out]. A tied head has no entry of its own.
using Parameters = std::map<std::string, torch::Tensor>;

class Transformer {
 public:
  /// Checks that every parameter the configuration asks for is there with its shape, and that there
  /// is no other.
  Transformer(ModelConfig config, Parameters parameters);

  const ModelConfig& config() const { return config_; }
  const Parameters& parameters() const { return parameters_; }
  torch::Device device() const;
  torch::Dtype dtype() const;

  /// ids [N] int64, positions [N] int64 (each document counts from 0) -> [N, hidden], behind the
  /// final norm.
  torch::Tensor forward(const torch::Tensor& ids, const torch::Tensor& positions,
                        Attention& attention) const;
  /// [n, hidden] -> [n, vocab]
  torch::Tensor logits(const torch::Tensor& hidden) const;

  /// Adds `count` rows to the embedding (and to an untied head), each a copy of the mean of the
  /// given rows.
  void append_tokens(const std::vector<std::vector<std::int64_t>>& mean_of);

  /// Puts another tensor of the same shape in a parameter's place; it may be the result of a
  /// computation that gradients flow through (W + B A of a low-rank adapter).
  void replace(const std::string& name, torch::Tensor tensor);

  /// Lays the matrices out for fast inference where that is possible (see pack in linear.h) and
  /// drops their originals: afterwards parameters() lacks them, and no gradient can be had.
  void pack_for_inference();

  /// The same model with its matrices, the head among them, in eight bits (see pack_int8 in
  /// linear.h); everything else is shared with this one. Before pack_for_inference() only.
  Transformer with_int8_weights() const;

 private:
  torch::Tensor find(const std::string& name) const;  // undefined: no such parameter
  void bind_blocks();
  void pack_all(Linear (*pack)(const Linear&));
  torch::Tensor embed(const torch::Tensor& ids, const torch::Tensor& positions) const;

  ModelConfig config_;
  Parameters parameters_;
  // Handles on the tensors of parameters_, bound once so that a pass looks up no names.
  std::vector<Block> blocks_;
  torch::Tensor embedding_, learned_positions_;  // [vocab, hidden], [context, hidden]
  NormWeights final_norm_;
  Linear head_;
  torch::Tensor frequencies_, windowed_frequencies_;  // [rotary_dim / 2] float32
};

}  // namespace toolformer::model
