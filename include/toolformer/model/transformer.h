// SPDX-License-Identifier: Apache-2.0
// A decoder-only transformer, inference and training from the same definition. Parameters are plain tensors under
// their Hugging Face names, so that loading, saving, freezing and optimising need no mapping.
#pragma once

#include <torch/torch.h>

#include <map>
#include <string>

#include "toolformer/model/attention.h"
#include "toolformer/model/config.h"

namespace toolformer::model {

/// Name -> tensor, under the names of the Hugging Face checkpoint of the architecture
/// ("model.layers.0.self_attn.q_proj.weight", [out, in]). A tied head has no entry of its own.
using Parameters = std::map<std::string, torch::Tensor>;

class Transformer {
 public:
  /// Checks that every parameter the configuration asks for is there with its shape, and that there is no other.
  Transformer(ModelConfig config, Parameters parameters);

  const ModelConfig& config() const { return config_; }
  const Parameters& parameters() const { return parameters_; }
  torch::Device device() const;
  torch::Dtype dtype() const;

  /// ids [N] int64, positions [N] int64 (each document counts from 0) -> [N, hidden], behind the final norm.
  torch::Tensor forward(const torch::Tensor& ids, const torch::Tensor& positions, Attention& attention) const;
  /// [n, hidden] -> [n, vocab]
  torch::Tensor logits(const torch::Tensor& hidden) const;

  /// Adds `count` rows to the embedding (and to an untied head), each a copy of the mean of the given rows.
  void append_tokens(const std::vector<std::vector<std::int64_t>>& mean_of);

 private:
  ModelConfig config_;
  Parameters parameters_;
};

}  // namespace toolformer::model
