// SPDX-License-Identifier: Apache-2.0
// Weights and configuration on disk: Hugging Face directories and GGUF files in, Hugging Face
// directories out.
#pragma once

#include <torch/torch.h>

#include <filesystem>
#include <string>

#include "toolformer/model/transformer.h"

namespace toolformer::model {

struct LoadOptions {
  torch::Device device = torch::kCPU;
  torch::Dtype dtype = torch::kFloat32;
};

/// Loads a Hugging Face directory (config.json, model.safetensors or its shards) or a GGUF file.
Transformer load_transformer(const std::filesystem::path& path, const LoadOptions& options);

/// Writes config.json and model.safetensors (F32 or BF16 as given by the parameters) that
/// transformers loads. Every file is written under another name, synced and renamed.
void save_transformer(const Transformer& transformer, const std::filesystem::path& directory);

/// SHA-256 over the files that define the model.
std::string model_fingerprint(const std::filesystem::path& path);

}  // namespace toolformer::model
