// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "toolformer/base/atomic_file.h"
#include "toolformer/base/file.h"
#include "toolformer/formats/safetensors.h"
#include "toolformer/formats/strict_json.h"
#include "toolformer/model/weights/checkpoint.h"
#include "toolformer/model/weights/tensor_copy.h"

namespace toolformer::model {
namespace {

using nlohmann::ordered_json;

std::string dtype_name(torch::Dtype dtype) {
  if (dtype == torch::kBFloat16) return "bfloat16";
  return dtype == torch::kFloat16 ? "float16" : "float32";
}

void write_json(const std::filesystem::path& path, const ordered_json& json) {
  base::write_file_atomically(path, json.dump(2) + "\n");
}

/// Consecutive parameters that fit into one file each.
std::vector<std::vector<std::string>> split_into_shards(const Parameters& parameters,
                                                        std::uint64_t shard_bytes) {
  std::vector<std::vector<std::string>> shards(1);
  std::uint64_t bytes = 0;
  for (const auto& [name, tensor] : parameters) {
    if (bytes > 0 && bytes + tensor.nbytes() > shard_bytes) {
      shards.emplace_back();
      bytes = 0;
    }
    shards.back().push_back(name);
    bytes += tensor.nbytes();
  }
  return shards;
}

void write_shard(const std::filesystem::path& path, const Parameters& parameters,
                 const std::vector<std::string>& names) {
  std::vector<torch::Tensor> copies;  // alive until the file is written
  std::vector<formats::TensorView> views;
  copies.reserve(names.size());
  for (const std::string& name : names) {
    copies.push_back(parameters.at(name).detach().to(torch::kCPU).contiguous());
    views.push_back(view_of(copies.back(), name));
  }
  formats::write_safetensors(path, views);
}

bool is_weight_file(const std::string& name) {
  return name == "model.safetensors" || name == "model.safetensors.index.json" ||
         (name.starts_with("model-") && name.ends_with(".safetensors"));
}

/// What an earlier save with another number of shards left would be read instead of, or beside, the
/// new files.
void remove_stale(const std::filesystem::path& directory, const std::vector<std::string>& written) {
  std::vector<std::filesystem::path> stale;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (is_weight_file(name) && std::find(written.begin(), written.end(), name) == written.end())
      stale.push_back(entry.path());
  }
  for (const std::filesystem::path& path : stale) base::remove_if_exists(path);
}

void write_weights(const Parameters& parameters, const std::filesystem::path& directory,
                   std::uint64_t shard_bytes) {
  const std::vector<std::vector<std::string>> shards = split_into_shards(parameters, shard_bytes);
  if (shards.size() == 1) {
    write_shard(directory / "model.safetensors", parameters, shards.front());
    remove_stale(directory, {"model.safetensors"});
    return;
  }
  std::vector<std::string> written = {"model.safetensors.index.json"};
  ordered_json weight_map;
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    written.push_back(fmt::format("model-{:05}-of-{:05}.safetensors", i + 1, shards.size()));
    write_shard(directory / written.back(), parameters, shards[i]);
    for (const std::string& name : shards[i]) {
      weight_map[name] = written.back();
      total += parameters.at(name).nbytes();
    }
  }
  write_json(directory / "model.safetensors.index.json",
             {{"metadata", {{"total_size", total}}}, {"weight_map", weight_map}});
  remove_stale(directory, written);
}

}  // namespace

void save_transformer(const Transformer& transformer, const std::filesystem::path& directory,
                      std::uint64_t shard_bytes) {
  std::filesystem::create_directories(directory);
  const ModelConfig& config = transformer.config();
  const ordered_json json = hugging_face_config(config, dtype_name(transformer.dtype()));
  write_json(directory / "config.json", json);
  write_json(directory / "generation_config.json",
             {{"bos_token_id", json["bos_token_id"]}, {"eos_token_id", json["eos_token_id"]}});
  write_weights(transformer.parameters(), directory, shard_bytes);
}

void keep_generation_settings(const std::filesystem::path& model,
                              const std::filesystem::path& directory) {
  const char* name = "generation_config.json";
  if (!std::filesystem::is_directory(model) || !std::filesystem::exists(model / name)) return;
  ordered_json written = ordered_json::parse(base::read_file(directory / name));
  const nlohmann::json source = formats::read_strict_json(model / name);
  if (!source.is_object()) return;
  for (const auto& [key, value] : source.items()) {
    if (!written.contains(key)) written[key] = value;
  }
  write_json(directory / name, written);
}

}  // namespace toolformer::model
