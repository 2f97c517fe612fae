// SPDX-License-Identifier: Apache-2.0
// What a model file holds and what running it takes, from headers alone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "toolformer/model/architecture/config.h"

namespace toolformer::model {

struct ModelDescription {
  std::string format;  ///< "gguf" or "huggingface"
  ModelConfig config;
  std::int64_t parameters = 0;                 ///< a tied head counts once
  std::map<std::string, std::int64_t> stored;  ///< element type -> numbers stored as it
  std::uint64_t file_bytes = 0;                ///< of all weight files
};

/// Throws DataError as load_config does; the weights themselves are not read.
ModelDescription describe_model(const std::filesystem::path& path);

// Estimates in bytes.
std::uint64_t weight_bytes(const ModelDescription& model, int bytes_per_number);
/// Keys and values of one token in all layers.
std::uint64_t cache_bytes_per_token(const ModelDescription& model, int bytes_per_number);
/// float32 weights, gradients and AdamW's two moments; activations come on top.
std::uint64_t training_bytes(const ModelDescription& model);

nlohmann::ordered_json to_json(const ModelDescription& model);
/// One "name  value" per line, for people.
std::string to_text(const ModelDescription& model);

}  // namespace toolformer::model
