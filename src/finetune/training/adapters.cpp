// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/training/adapters.h"

#include <fmt/ranges.h>
#include <fnmatch.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include "toolformer/base/atomic_file.h"
#include "toolformer/base/error.h"
#include "toolformer/base/random.h"
#include "toolformer/formats/safetensors.h"
#include "toolformer/model/architecture/parameter_layout.h"
#include "toolformer/model/weights/tensor_copy.h"

namespace toolformer::finetune {
namespace {

using nlohmann::ordered_json;

std::string last_part(const std::string& module) {
  return module.substr(module.rfind('.') + 1);
}

bool matches(const std::string& pattern, const std::string& module) {
  return fnmatch(pattern.c_str(), module.c_str(), 0) == 0 ||
         fnmatch(pattern.c_str(), last_part(module).c_str(), 0) == 0;
}

std::set<std::string> last_parts(const std::vector<model::LayerMatrix>& matrices) {
  std::set<std::string> parts;
  for (const model::LayerMatrix& matrix : matrices) parts.insert(last_part(matrix.module));
  return parts;
}

torch::Tensor initial_a(const model::LayerMatrix& matrix, const AdapterOptions& options) {
  const base::KeyedRandom random(options.seed, {"low-rank adapter", matrix.module});
  const double bound = 1 / std::sqrt(static_cast<double>(matrix.in));
  torch::Tensor a = torch::empty({options.rank, matrix.in}, torch::kFloat32);
  float* const values = a.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < a.numel(); ++i) {
    values[i] = static_cast<float>(bound * (2 * random.uniform(static_cast<std::uint64_t>(i)) - 1));
  }
  return a;
}

/// The last parts of the adapted modules' names if they alone say which they are, else the names.
std::vector<std::string> target_modules(const model::Transformer& transformer) {
  std::set<std::string> adapted, others, whole;
  for (const model::LayerMatrix& matrix : model::layer_matrices(transformer.config())) {
    const bool has = transformer.parameters().contains(matrix.module + model::kLowRankA);
    (has ? adapted : others).insert(last_part(matrix.module));
    if (has) whole.insert(matrix.module);
  }
  const bool clear = std::none_of(adapted.begin(), adapted.end(),
                                  [&](const auto& part) { return others.contains(part); });
  const auto& names = clear ? adapted : whole;
  return {names.begin(), names.end()};
}

/// module -> ids of its rows that are trained; null without any.
ordered_json token_indices(const model::Transformer& transformer) {
  ordered_json indices;
  for (const auto& [name, tensor] : transformer.parameters()) {
    if (!name.ends_with(model::kOwnRows)) continue;
    std::vector<std::int64_t> ids(static_cast<std::size_t>(tensor.size(0)));
    std::iota(ids.begin(), ids.end(), transformer.first_own_row());
    indices[last_part(name.substr(0, name.size() - std::strlen(model::kOwnRows)))] = ids;
  }
  return indices;
}

}  // namespace

std::vector<model::LayerMatrix> adapted_matrices(const model::ModelConfig& config,
                                                 const std::vector<std::string>& targets) {
  const std::vector<model::LayerMatrix> matrices = model::layer_matrices(config);
  std::vector<model::LayerMatrix> chosen;
  std::set<std::string> used;
  for (const model::LayerMatrix& matrix : matrices) {
    bool wanted = false;
    for (const std::string& pattern : targets) {
      if (!matches(pattern, matrix.module)) continue;
      wanted = true;
      used.insert(pattern);
    }
    if (wanted) chosen.push_back(matrix);
  }
  for (const std::string& pattern : targets) {
    if (used.contains(pattern)) continue;
    base::throw_error<base::UsageError>(
        "--lora-targets: \"{}\" matches no matrix of the model's layers; there are {} (the first "
        "is {})",
        pattern, fmt::join(last_parts(matrices), ", "), matrices.front().module);
  }
  return chosen;
}

Trainable add_adapters(model::Transformer& transformer, const AdapterOptions& options,
                       const std::vector<AddedToken>& tokens) {
  const auto chosen = adapted_matrices(transformer.config(), options.targets);
  Trainable trainable;
  for (const auto& [name, tensor] : transformer.parameters()) {
    tensor.set_requires_grad(false);
    trainable.frozen += tensor.numel();
  }
  for (const model::LayerMatrix& matrix : chosen) {
    transformer.adapt(matrix.module, initial_a(matrix, options),
                      options.alpha / static_cast<double>(options.rank));
  }
  if (!tokens.empty()) {
    transformer.separate_rows(tokens.front().id, static_cast<std::int64_t>(tokens.size()));
  }
  for (const auto& [name, tensor] : transformer.parameters()) {
    if (tensor.requires_grad()) trainable.trained += tensor.numel();
  }
  return trainable;
}

void export_adapters(const model::Transformer& transformer, const AdapterOptions& options,
                     const std::string& base_model, const std::filesystem::path& directory) {
  std::filesystem::create_directories(directory);
  const ordered_json config{{"peft_type", "LORA"},
                            {"task_type", "CAUSAL_LM"},
                            {"base_model_name_or_path", base_model},
                            {"r", options.rank},
                            {"lora_alpha", options.alpha},
                            {"lora_dropout", 0.0},
                            {"target_modules", target_modules(transformer)},
                            {"trainable_token_indices", token_indices(transformer)},
                            {"fan_in_fan_out", model::stores_in_out(transformer.config())},
                            {"bias", "none"},
                            {"init_lora_weights", true},
                            {"inference_mode", true}};
  std::vector<torch::Tensor> copies;  // alive until the file is written
  std::vector<formats::TensorView> views;
  for (const auto& [name, tensor] : transformer.parameters()) {
    if (!tensor.requires_grad()) continue;
    copies.push_back(tensor.detach().to(torch::kCPU).contiguous());
    views.push_back(model::view_of(copies.back(), "base_model.model." + name));
  }
  formats::write_safetensors(directory / "adapter_model.safetensors", views);
  base::write_file_atomically(directory / "adapter_config.json", config.dump(2) + "\n");
}

}  // namespace toolformer::finetune
