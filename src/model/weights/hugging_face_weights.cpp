// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/weights/hugging_face_weights.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "toolformer/base/error.h"
#include "toolformer/formats/safetensors.h"
#include "toolformer/model/weights/tensor_copy.h"

namespace toolformer::model {
namespace {

constexpr std::array<std::string_view, 7> kBufferEnds = {
    ".attn.bias",           ".attn.masked_bias",
    ".attention.bias",      ".attention.masked_bias",
    ".rotary_emb.inv_freq", ".rotary_emb.original_inv_freq",
    ".attn.embed_positions"};
constexpr std::array<std::string_view, 4> kVisionStarts = {
    "vision_tower.", "multi_modal_projector.", "model.vision_tower.",
    "model.multi_modal_projector."};

bool is_buffer(const std::string& stored) {
  const std::string_view name = stored;
  return std::any_of(kBufferEnds.begin(), kBufferEnds.end(),
                     [&](auto end) { return name.ends_with(end); }) ||
         std::any_of(kVisionStarts.begin(), kVisionStarts.end(),
                     [&](auto start) { return name.starts_with(start); });
}

/// "model." of "model.embed_tokens"
std::string base_prefix(const ModelConfig& config) {
  const std::string embedding = module_names(config).embedding;
  return embedding.substr(0, embedding.find('.') + 1);
}

void refuse_pickles(const std::filesystem::path& directory) {
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const std::string extension = entry.path().extension().string();
    if (extension != ".bin" && extension != ".pt" && extension != ".pth" && extension != ".ckpt")
      continue;
    base::throw_error<base::DataError>(
        "{}: there is no model.safetensors; {} is a pickle, which can run code when it is opened "
        "and is not read. "
        "Save it again with transformers: "
        "AutoModelForCausalLM.from_pretrained(...).save_pretrained(...)",
        directory.string(), entry.path().filename().string());
  }
}

/// Parameter name -> the tensor of the file that holds it.
using Sources = std::map<std::string, const formats::TensorView*>;

void refuse(const std::filesystem::path& directory, std::vector<std::string> problems) {
  if (problems.empty()) return;
  constexpr std::size_t kShown = 20;
  const std::size_t more = problems.size() > kShown ? problems.size() - kShown : 0;
  problems.resize(problems.size() - more);
  base::throw_error<base::DataError>("{}: the weights do not fit config.json: {}{}",
                                     directory.string(), fmt::join(problems, "; "),
                                     more > 0 ? fmt::format("; and {} more", more) : "");
}

Sources find_sources(const formats::SafetensorsModel& files, const ModelConfig& config,
                     std::vector<std::string>& problems) {
  ModelConfig untied = config;
  untied.tied_head = false;
  const Shapes shapes = parameter_shapes(untied);
  Sources sources;
  for (const formats::TensorView* view : files.tensors()) {
    const StoredName stored = recognise(config, shapes, view->name);
    if (stored.kind == StoredName::Kind::kBuffer) continue;
    if (stored.kind == StoredName::Kind::kUnknown) {
      problems.push_back(
          fmt::format("{}: not part of {} as we know it", view->name, config.architecture));
      continue;
    }
    if (view->shape != shapes.at(stored.name))
      problems.push_back(fmt::format("{}: config.json asks for {}, the tensor has {}", view->name,
                                     shapes.at(stored.name), view->shape));
    const auto [other, first] = sources.emplace(stored.name, view);
    if (!first)
      problems.push_back(
          fmt::format("{} and {} are the same parameter", other->second->name, view->name));
  }
  return sources;
}

/// Decides whether the head is the embedding.
void settle_head(ModelConfig& config, Sources& sources, const std::string& file) {
  const ModuleNames modules = module_names(config);
  const auto head = sources.find(modules.head + ".weight");
  const auto embedding = sources.find(modules.embedding + ".weight");
  if (!config.tied_head || head == sources.end()) return;
  if (embedding == sources.end()) {  // the pair is stored under the head's name
    sources[modules.embedding + ".weight"] = head->second;
    sources.erase(head);
    return;
  }
  if (same_values(copy_to_tensor(*head->second, file), copy_to_tensor(*embedding->second, file)))
    sources.erase(head);
  else
    config.tied_head = false;
}

formats::SafetensorsModel open(const std::filesystem::path& directory) {
  const bool found = std::filesystem::exists(directory / "model.safetensors") ||
                     std::filesystem::exists(directory / "model.safetensors.index.json");
  if (!found) {
    refuse_pickles(directory);
    base::throw_error<base::DataError>(
        "{}: there is no model.safetensors and no model.safetensors.index.json",
        directory.string());
  }
  return formats::SafetensorsModel(directory);
}

}  // namespace

StoredName recognise(const ModelConfig& config, const Shapes& shapes, const std::string& stored) {
  std::string name = stored;
  for (const std::string_view wrapper : {"model.language_model.", "language_model."}) {
    if (!name.starts_with(wrapper)) continue;
    name = name.substr(wrapper.size());
    break;
  }
  if (shapes.contains(name)) return {StoredName::Kind::kParameter, name};
  const std::string prefixed = base_prefix(config) + name;
  if (shapes.contains(prefixed)) return {StoredName::Kind::kParameter, prefixed};
  // transformers 5 calls every head lm_head in memory.
  const std::string head = module_names(config).head + ".weight";
  if (name == "lm_head.weight" && shapes.contains(head))
    return {StoredName::Kind::kParameter, head};
  if (is_buffer(stored)) return {StoredName::Kind::kBuffer, {}};
  return {};
}

Parameters load_hugging_face_weights(const std::filesystem::path& directory, ModelConfig& config,
                                     torch::Device device, torch::Dtype dtype) {
  const formats::SafetensorsModel files = open(directory);
  files.check_size();
  std::vector<std::string> problems;
  Sources sources = find_sources(files, config, problems);
  refuse(directory, problems);
  settle_head(config, sources, directory.string());
  for (const auto& [name, shape] : parameter_shapes(config))
    if (!sources.contains(name)) problems.push_back(fmt::format("{}: missing", name));
  refuse(directory, problems);
  Parameters parameters;
  for (const auto& [name, source] : sources) {
    const torch::Tensor tensor = copy_to_tensor(*source, directory.string());
    refuse_non_finite(tensor, source->name, directory.string());
    parameters[name] = tensor.to(device, dtype);
  }
  return parameters;
}

}  // namespace toolformer::model
