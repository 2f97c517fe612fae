// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/weights/gguf_weights.h"

#include <fmt/ranges.h>

#include <set>

#include "toolformer/base/error.h"
#include "toolformer/model/architecture/architecture.h"
#include "toolformer/model/weights/tensor_copy.h"

namespace toolformer::model {
namespace {

/// [heads * D, ...] with the pairs (2i, 2i + 1) of a head side by side, as llama.cpp rotates them
/// -> (i, i + D/2).
torch::Tensor separate_pairs(const torch::Tensor& rows, std::int64_t heads) {
  return rows.unflatten(0, {heads, -1, 2}).transpose(1, 2).flatten(0, 2);
}

/// The inverse.
torch::Tensor join_pairs(const torch::Tensor& rows, std::int64_t heads) {
  return rows.unflatten(0, {heads, 2, -1}).transpose(1, 2).flatten(0, 2);
}

/// [3 * H * D, ...] as all queries, all keys, all values -> the three together per head.
torch::Tensor interleave_heads(const torch::Tensor& rows, std::int64_t heads) {
  return rows.unflatten(0, {3, heads, -1}).transpose(0, 1).flatten(0, 2);
}

/// The inverse.
torch::Tensor separate_heads(const torch::Tensor& rows, std::int64_t heads) {
  return rows.unflatten(0, {heads, 3, -1}).transpose(0, 1).flatten(0, 2);
}

torch::Tensor transposed(const torch::Tensor& matrix, std::int64_t) {
  return matrix.t();
}

torch::Tensor one_more(const torch::Tensor& norm, std::int64_t) {
  return norm + 1;
}

torch::Tensor one_less(const torch::Tensor& norm, std::int64_t) {
  return norm - 1;
}

/// What GGUF does to a parameter, and what undoes it; null: nothing.
struct Arrangement {
  using Function = torch::Tensor (*)(const torch::Tensor&, std::int64_t heads);
  Function apply = nullptr, undo = nullptr;
  std::int64_t heads = 0;
};

Arrangement arrangement_of(const ModelConfig& config, const std::string& name,
                           std::size_t dimensions) {
  const Architecture& row = find_architecture(config.architecture);
  const LayerNames& layer = row.parameters.layer;
  const auto is_of = [&](const std::string& module) {
    return !module.empty() && name.find("." + module + ".") != std::string::npos;
  };
  if (row.in_out && dimensions == 2 && name.starts_with(row.parameters.layers))
    return {transposed, transposed};
  // Only llama's own converter does so; of the others llama.cpp rotates halves too.
  if (row.gguf_joins_pairs && is_of(layer.query)) return {join_pairs, separate_pairs, config.heads};
  if (row.gguf_joins_pairs && is_of(layer.key))
    return {join_pairs, separate_pairs, config.kv_heads};
  if (config.fused_by_head && is_of(layer.fused_qkv))
    return {separate_heads, interleave_heads, config.heads};
  if (config.norm_plus_one && name.ends_with("norm.weight")) return {one_more, one_less};
  return {};
}

/// `config.tied_head` was set from the file having an output matrix at all; converters also write a
/// tied one twice.
void drop_repeated_head(const formats::GgufFile& file, ModelConfig& config) {
  const formats::TensorView* head = file.find("output.weight");
  const formats::TensorView* embedding = file.find("token_embd.weight");
  if (head == nullptr || embedding == nullptr ||
      !find_architecture(config.architecture).defaults.tied_head)
    return;
  const bool same_bytes = head->dtype == embedding->dtype && head->shape == embedding->shape &&
                          std::equal(head->data.begin(), head->data.end(), embedding->data.begin(),
                                     embedding->data.end());
  if (same_bytes) config.tied_head = true;
}

void check_tensors(const formats::GgufFile& file, const ModelConfig& config,
                   const std::map<std::string, std::string>& names) {
  std::vector<std::string> problems;
  std::set<std::string> expected = {"rope_freqs.weight"};  // read with the configuration
  if (config.tied_head) expected.insert("output.weight");
  for (const auto& [name, shape] : parameter_shapes(config)) {
    const std::string& stored = names.at(name);
    expected.insert(stored);
    const formats::TensorView* tensor = file.find(stored);
    const std::vector<std::int64_t> wanted = gguf_shape(config, name, shape);
    if (tensor == nullptr)
      problems.push_back(fmt::format("{}: missing", stored));
    else if (tensor->shape != wanted)
      problems.push_back(fmt::format("{}: the metadata asks for {}, the tensor has {}", stored,
                                     wanted, tensor->shape));
  }
  for (const formats::TensorView& tensor : file.tensors())
    if (!expected.contains(tensor.name))
      problems.push_back(
          fmt::format("{}: not part of {} as we know it", tensor.name, config.architecture));
  if (problems.empty()) return;
  constexpr std::size_t kShown = 20;
  const std::size_t more = problems.size() > kShown ? problems.size() - kShown : 0;
  problems.resize(problems.size() - more);
  base::throw_error<base::DataError>("{} cannot be used: {}{}", file.path().string(),
                                     fmt::join(problems, "; "),
                                     more > 0 ? fmt::format("; and {} more", more) : "");
}

}  // namespace

std::vector<std::int64_t> gguf_shape(const ModelConfig& config, const std::string& name,
                                     std::vector<std::int64_t> shape) {
  if (arrangement_of(config, name, shape.size()).apply == transposed) std::swap(shape[0], shape[1]);
  return shape;
}

std::map<std::string, std::string> gguf_names(const ModelConfig& config) {
  const ModuleNames modules = module_names(config);
  std::vector<std::pair<std::string, std::string>> pairs = {{modules.embedding, "token_embd"},
                                                            {modules.positions, "position_embd"},
                                                            {modules.final_norm, "output_norm"},
                                                            {modules.head, "output"}};
  for (std::int64_t layer = 0; layer < config.layers; ++layer) {
    const LayerNames names = layer_names(config, layer);
    for (const auto& [name, stored] : kLayerModules)
      pairs.emplace_back(names.*name, fmt::format("blk.{}.{}", layer, stored));
  }
  std::map<std::string, std::string> names;
  const Shapes shapes = parameter_shapes(config);
  for (const auto& [module, stored] : pairs) {
    for (const char* part : {".weight", ".bias"})
      if (!module.empty() && shapes.contains(module + part)) names[module + part] = stored + part;
  }
  return names;
}

torch::Tensor undo_gguf_arrangement(const ModelConfig& config, const std::string& name,
                                    const torch::Tensor& tensor) {
  const auto made = arrangement_of(config, name, static_cast<std::size_t>(tensor.dim()));
  return made.undo == nullptr ? tensor : made.undo(tensor, made.heads).contiguous();
}

torch::Tensor gguf_arrangement(const ModelConfig& config, const std::string& name,
                               const torch::Tensor& tensor) {
  const auto made = arrangement_of(config, name, static_cast<std::size_t>(tensor.dim()));
  return made.apply == nullptr ? tensor : made.apply(tensor, made.heads);
}

Parameters load_gguf_weights(const formats::GgufFile& file, ModelConfig& config,
                             torch::Device device, torch::Dtype dtype) {
  drop_repeated_head(file, config);
  const std::map<std::string, std::string> names = gguf_names(config);
  check_tensors(file, config, names);
  file.check_size();
  Parameters parameters;
  for (const auto& [name, stored] : names) {
    const torch::Tensor tensor = copy_to_tensor(*file.find(stored), file.path().string());
    refuse_non_finite(tensor, stored, file.path().string());
    parameters[name] = undo_gguf_arrangement(config, name, tensor).to(device, dtype);
  }
  return parameters;
}

}  // namespace toolformer::model
