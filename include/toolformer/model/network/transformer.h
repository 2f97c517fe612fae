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

#include "toolformer/model/architecture/config.h"
#include "toolformer/model/network/attention.h"
#include "toolformer/model/network/block.h"
#include "toolformer/model/network/linear.h"
#include "toolformer/model/network/rope.h"

namespace toolformer::model {

/// Name -> tensor, under the names of the Hugging Face checkpoint of the architecture
/// ("model.layers.0.self_attn.q_proj.weight"), in the orientation of its files: [out, in], for
/// GPT-2's Conv1D [in, out]. A tied head has no entry of its own.
using Parameters = std::map<std::string, torch::Tensor>;

/// What a layer leaves for the backward pass: its activations, or only its input, from which they
/// are computed again (recompute.h).
enum class Activations { kKept, kRecomputed };

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
  /// final norm. With recomputed activations `attention` must live until the backward pass.
  torch::Tensor forward(const torch::Tensor& ids, const torch::Tensor& positions,
                        Attention& attention) const;
  /// [n, hidden] -> [n, vocab]
  torch::Tensor logits(const torch::Tensor& hidden) const;

  /// Adds `count` rows to the embedding (and to an untied head), each a copy of the mean of the
  /// given rows.
  void append_tokens(const std::vector<std::vector<std::int64_t>>& mean_of);

  /// Puts a low-rank adapter beside a matrix of a layer: two more parameters that require a
  /// gradient, module + kLowRankA, which is `a` [rank, in], and module + kLowRankB [out, rank],
  /// zero. All adapters have the same `scale`.
  void adapt(const std::string& module, const torch::Tensor& a, double scale);

  /// Makes `count` rows of the embedding, from `first` on, a parameter of their own that requires a
  /// gradient, module + kOwnRows [count, hidden]; so too of an untied head. The rows of the table
  /// follow it with every forward pass.
  void separate_rows(std::int64_t first, std::int64_t count);
  std::int64_t first_own_row() const { return first_own_row_; }

  bool has_adapters() const { return adapter_scale_ != 0; }

  /// Adds adapters to their matrices and separate rows to their tables; these alone are left.
  void merge_adapters();

  void set_activations(Activations activations) { activations_ = activations; }

  /// Packs the matrices for fast inference where that is possible (cpu/packed_matrix.h) and drops
  /// their originals: afterwards parameters() lacks them, and no gradient can be had.
  void pack_for_inference();

  /// The same model with its matrices, the head among them, in eight bits (pack_int8 in
  /// cpu/packed_matrix.h); everything else is shared with this one. Before pack_for_inference()
  /// only.
  Transformer with_int8_weights() const;

 private:
  torch::Tensor find(const std::string& name) const;  // undefined: no such parameter
  void bind_blocks();
  void pack_all(const PackWeight& pack_weight);
  torch::Tensor embed(const torch::Tensor& ids, const torch::Tensor& positions) const;
  torch::Tensor look_up(const torch::Tensor& ids) const;
  void refresh_own_rows() const;

  ModelConfig config_;
  Parameters parameters_;
  double adapter_scale_ = 0;  // 0: there are no adapters
  Activations activations_ = Activations::kKept;
  std::int64_t first_own_row_ = 0;
  // Handles on the tensors of parameters_, bound once so that a pass looks up no names.
  std::vector<Block> blocks_;
  torch::Tensor embedding_, learned_positions_;  // [vocab, hidden], [context, hidden]
  torch::Tensor own_rows_;                       // [count, hidden], or undefined
  NormWeights final_norm_;
  Linear head_;
  torch::Tensor frequencies_, windowed_frequencies_;  // [rotary_dim / 2] float32
};

}  // namespace toolformer::model
