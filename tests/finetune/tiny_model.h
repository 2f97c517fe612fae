// SPDX-License-Identifier: Apache-2.0
// Small random models for tests that need no file.
#pragma once

#include <string>

#include "toolformer/model/architecture/parameter_layout.h"
#include "toolformer/model/network/transformer.h"

namespace toolformer::finetune {

inline model::ModelConfig tiny_config(bool tied) {
  model::ModelConfig config;
  config.architecture = "llama";
  config.vocab = 37;
  config.hidden = 16;
  config.layers = 2;
  config.heads = 4;
  config.kv_heads = 2;
  config.head_dim = 4;
  config.mlp = 24;
  config.context = 64;
  config.tied_head = tied;
  return config;
}

/// Gaussian weights, norms around 1; every parameter asks for a gradient.
inline model::Transformer tiny_model(const model::ModelConfig& config, std::uint64_t seed = 1) {
  torch::manual_seed(seed);
  model::Parameters parameters;
  for (const auto& [name, shape] : model::parameter_shapes(config)) {
    const double scale = shape.size() < 2 ? 0.1 : 0.3;
    torch::Tensor tensor = torch::randn(shape) * scale;
    if (name.find("norm") != std::string::npos) tensor = tensor + 1;
    parameters[name] = tensor.set_requires_grad(true);
  }
  return model::Transformer(config, std::move(parameters));
}

inline double relative_difference(const torch::Tensor& a, const torch::Tensor& b) {
  const torch::NoGradGuard no_grad;
  return ((a - b).abs().max() / (b.abs().max() + 1e-12)).item<double>();
}

}  // namespace toolformer::finetune
