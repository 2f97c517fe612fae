// SPDX-License-Identifier: Apache-2.0
// Weights and configuration on disk: Hugging Face directories and GGUF files in, Hugging Face
// directories out.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "toolformer/model/network/transformer.h"

namespace toolformer::model {

struct LoadOptions {
  torch::Device device = torch::kCPU;
  torch::Dtype dtype = torch::kFloat32;
};

/// Sizes and options alone: reads config.json or the GGUF's metadata, no weights.
ModelConfig load_config(const std::filesystem::path& path);

/// Loads a Hugging Face directory (config.json, model.safetensors or its shards) or a GGUF file.
/// Throws DataError for what is missing, unknown, misshapen or not finite, by name.
Transformer load_transformer(const std::filesystem::path& path, const LoadOptions& options);

inline constexpr std::uint64_t kShardBytes = 5'000'000'000;

/// Writes config.json, generation_config.json and model.safetensors (in the parameters' dtype;
/// shards of `shard_bytes` when it would be larger) that transformers loads. Every file is written
/// under another name, synced and renamed.
void save_transformer(const Transformer& transformer, const std::filesystem::path& directory,
                      std::uint64_t shard_bytes = kShardBytes);

/// Adds to the generation_config.json of `directory` what that of `model` says beside the begin and
/// end tokens (temperature, top_p, ...). A GGUF file says nothing.
void keep_generation_settings(const std::filesystem::path& model,
                              const std::filesystem::path& directory);

/// SHA-256 over the files that define the model: the GGUF file, or config.json and the safetensors.
std::string model_fingerprint(const std::filesystem::path& path);

}  // namespace toolformer::model
