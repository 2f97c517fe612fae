// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/weights/checkpoint.h"

#include <algorithm>

#include "toolformer/base/error.h"
#include "toolformer/base/sha256.h"
#include "toolformer/formats/gguf.h"
#include "toolformer/formats/strict_json.h"
#include "toolformer/model/architecture/gguf_config.h"
#include "toolformer/model/architecture/json_fields.h"
#include "toolformer/model/weights/gguf_weights.h"
#include "toolformer/model/weights/hugging_face_weights.h"

namespace toolformer::model {
namespace {

void require_model(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path))
    base::throw_error<base::DataError>(
        "{}: no such model; expected a Hugging Face directory or a GGUF file", path.string());
  if (std::filesystem::is_directory(path)) {
    if (!std::filesystem::exists(path / "config.json"))
      base::throw_error<base::DataError>(
          "{}: there is no config.json; expected a Hugging Face directory", path.string());
  } else if (!formats::is_gguf(path)) {
    base::throw_error<base::DataError>(
        "{}: neither a directory nor a GGUF file (its first four bytes are not GGUF)",
        path.string());
  }
}

/// generation_config.json knows better than config.json which tokens end a text.
void read_generation_config(const std::filesystem::path& directory, ModelConfig& config) {
  const std::filesystem::path path = directory / "generation_config.json";
  if (!std::filesystem::exists(path)) return;
  std::vector<std::string> problems;
  const nlohmann::json json = formats::read_strict_json(path);
  const JsonFields fields(json, path.string() + ": ", problems);
  const std::vector<std::int64_t> eos = fields.one_or_more_integers("eos_token_id");
  if (!problems.empty()) throw base::DataError(problems.front());
  if (!eos.empty()) config.eos = eos;
}

ModelConfig hugging_face_directory_config(const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / "config.json";
  try {
    ModelConfig config = parse_hugging_face_config(formats::read_strict_json(path));
    read_generation_config(directory, config);
    return config;
  } catch (const base::DataError& error) {
    const std::string message = error.what();
    if (message.find(path.string()) != std::string::npos) throw;
    base::throw_error<base::DataError>("{}: {}", directory.string(), message);
  }
}

}  // namespace

ModelConfig load_config(const std::filesystem::path& path) {
  require_model(path);
  if (std::filesystem::is_directory(path)) return hugging_face_directory_config(path);
  return gguf_config(formats::GgufFile(path));
}

Transformer load_transformer(const std::filesystem::path& path, const LoadOptions& options) {
  require_model(path);
  const torch::NoGradGuard no_grad;
  if (std::filesystem::is_directory(path)) {
    ModelConfig config = hugging_face_directory_config(path);
    Parameters parameters = load_hugging_face_weights(path, config, options.device, options.dtype);
    return {std::move(config), std::move(parameters)};
  }
  const formats::GgufFile file(path);
  ModelConfig config = gguf_config(file);
  Parameters parameters = load_gguf_weights(file, config, options.device, options.dtype);
  return {std::move(config), std::move(parameters)};
}

std::string model_fingerprint(const std::filesystem::path& path) {
  require_model(path);
  if (!std::filesystem::is_directory(path)) return base::sha256_of_file(path);
  std::vector<std::filesystem::path> files = {path / "config.json"};
  for (const auto& entry : std::filesystem::directory_iterator(path))
    if (entry.path().extension() == ".safetensors") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  base::Sha256 hash;
  for (const std::filesystem::path& file : files)
    hash.update(file.filename().string() + " " + base::sha256_of_file(file) + "\n");
  return hash.hex();
}

}  // namespace toolformer::model
