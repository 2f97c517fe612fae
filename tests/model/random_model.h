// SPDX-License-Identifier: Apache-2.0
// Random models of every shape of attention, for tests that need no file.
#pragma once

#include <string>

#include "toolformer/model/architecture/parameter_layout.h"
#include "toolformer/model/network/transformer.h"

namespace toolformer::model {

struct Shape {
  std::string name;
  std::int64_t heads, kv_heads, head_dim, window;
};

inline ModelConfig random_config(const Shape& shape) {
  ModelConfig config;
  config.architecture = "llama";
  config.vocab = 260;
  config.layers = 3;
  config.heads = shape.heads;
  config.kv_heads = shape.kv_heads;
  config.head_dim = shape.head_dim;
  config.hidden = 32;
  config.mlp = 64;
  config.context = 320;
  if (shape.window > 0) {
    config.sliding_window = shape.window;
    config.windowed = {true, false, true};
  }
  return config;
}

/// The same numbers for every type and device, rounded to the type.
inline Transformer random_transformer(const ModelConfig& config, torch::Device device = torch::kCPU,
                                      torch::Dtype dtype = torch::kFloat32) {
  torch::manual_seed(7);
  Parameters parameters;
  for (const auto& [name, sizes] : parameter_shapes(config)) {
    const auto noise = torch::randn(sizes) * (sizes.size() < 2 ? 0.1 : 0.2);
    parameters[name] =
        (name.find("norm") != std::string::npos ? noise + 1 : noise).to(device, dtype);
  }
  return Transformer(config, std::move(parameters));
}

}  // namespace toolformer::model
