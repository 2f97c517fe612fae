// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/weights/gguf_weights.h"

#include <fmt/ranges.h>

#include <set>

#include "toolformer/base/error.h"
#include "toolformer/model/architecture/parameter_layout.h"
#include "toolformer/model/weights/tensor_copy.h"

namespace toolformer::model {
namespace {

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// Module names of one layer beside GGUF's.
std::vector<std::pair<std::string, std::string>> layer_modules(const LayerNames& names,
                                                               std::int64_t layer) {
  const std::string block = "blk." + std::to_string(layer) + ".";
  return {{names.attention_norm, block + "attn_norm"},
          {names.query, block + "attn_q"},
          {names.key, block + "attn_k"},
          {names.value, block + "attn_v"},
          {names.fused_qkv, block + "attn_qkv"},
          {names.query_norm, block + "attn_q_norm"},
          {names.key_norm, block + "attn_k_norm"},
          {names.attention_out, block + "attn_output"},
          {names.attention_post_norm, block + "post_attention_norm"},
          {names.mlp_norm, block + "ffn_norm"},
          {names.gate, block + "ffn_gate"},
          {names.up, block + "ffn_up"},
          {names.down, block + "ffn_down"},
          {names.mlp_post_norm, block + "post_ffw_norm"}};
}

/// [heads * D, ...] with the pairs (2i, 2i + 1) of a head side by side, as llama.cpp rotates them
/// -> (i, i + D/2).
torch::Tensor separate_pairs(const torch::Tensor& rows, std::int64_t heads) {
  return rows.unflatten(0, {heads, -1, 2}).transpose(1, 2).flatten(0, 2).contiguous();
}

/// The inverse.
torch::Tensor join_pairs(const torch::Tensor& rows, std::int64_t heads) {
  return rows.unflatten(0, {heads, 2, -1}).transpose(1, 2).flatten(0, 2);
}

/// [3 * H * D, ...] as all queries, all keys, all values -> the three together per head.
torch::Tensor interleave_heads(const torch::Tensor& rows, std::int64_t heads) {
  return rows.unflatten(0, {3, heads, -1}).transpose(0, 1).flatten(0, 2).contiguous();
}

/// The inverse.
torch::Tensor separate_heads(const torch::Tensor& rows, std::int64_t heads) {
  return rows.unflatten(0, {heads, 3, -1}).transpose(0, 1).flatten(0, 2);
}

bool is_layer_matrix(const ModelConfig& config, const std::string& name, std::size_t dimensions) {
  return dimensions == 2 && stores_in_out(config) && name.find(".h.") != std::string::npos;
}

/// `config.tied_head` was set from the file having an output matrix at all; converters also write a
/// tied one twice.
void drop_repeated_head(const formats::GgufFile& file, ModelConfig& config) {
  const formats::TensorView* head = file.find("output.weight");
  const formats::TensorView* embedding = file.find("token_embd.weight");
  if (head == nullptr || embedding == nullptr ||
      !architecture_defaults(config.architecture).tied_head)
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
  if (is_layer_matrix(config, name, shape.size())) std::swap(shape[0], shape[1]);
  return shape;
}

std::map<std::string, std::string> gguf_names(const ModelConfig& config) {
  const ModuleNames modules = module_names(config);
  std::vector<std::pair<std::string, std::string>> pairs = {{modules.embedding, "token_embd"},
                                                            {modules.positions, "position_embd"},
                                                            {modules.final_norm, "output_norm"},
                                                            {modules.head, "output"}};
  for (std::int64_t layer = 0; layer < config.layers; ++layer) {
    const auto more = layer_modules(layer_names(config, layer), layer);
    pairs.insert(pairs.end(), more.begin(), more.end());
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
  if (is_layer_matrix(config, name, static_cast<std::size_t>(tensor.dim())))
    return tensor.t().contiguous();
  // Only llama's own converter rearranges queries and keys; the others rotate halves in llama.cpp
  // too.
  if (config.architecture == "llama" || config.architecture == "mistral") {
    if (name.find(".self_attn.q_proj.") != std::string::npos)
      return separate_pairs(tensor, config.heads);
    if (name.find(".self_attn.k_proj.") != std::string::npos)
      return separate_pairs(tensor, config.kv_heads);
  }
  if (config.architecture == "gpt_neox" && name.find(".query_key_value.") != std::string::npos)
    return interleave_heads(tensor, config.heads);
  // Gemma's norms are stored with the 1 already added.
  if (config.norm_plus_one && ends_with(name, "norm.weight")) return tensor - 1;
  return tensor;
}

torch::Tensor gguf_arrangement(const ModelConfig& config, const std::string& name,
                               const torch::Tensor& tensor) {
  if (is_layer_matrix(config, name, static_cast<std::size_t>(tensor.dim()))) return tensor.t();
  if (config.architecture == "llama" || config.architecture == "mistral") {
    if (name.find(".self_attn.q_proj.") != std::string::npos)
      return join_pairs(tensor, config.heads);
    if (name.find(".self_attn.k_proj.") != std::string::npos)
      return join_pairs(tensor, config.kv_heads);
  }
  if (config.architecture == "gpt_neox" && name.find(".query_key_value.") != std::string::npos)
    return separate_heads(tensor, config.heads);
  if (config.norm_plus_one && ends_with(name, "norm.weight")) return tensor + 1;
  return tensor;
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
