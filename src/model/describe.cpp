// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/describe.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "toolformer/formats/gguf.h"
#include "toolformer/formats/safetensors.h"
#include "toolformer/model/architecture/parameter_layout.h"
#include "toolformer/model/weights/checkpoint.h"

namespace toolformer::model {
namespace {

std::string size_text(std::uint64_t bytes) {
  const char* units[] = {"bytes", "kB", "MB", "GB", "TB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1000 && unit + 1 < std::size(units); ++unit) value /= 1000;
  return unit == 0 ? fmt::format("{} bytes", bytes) : fmt::format("{:.1f} {}", value, units[unit]);
}

void count(const formats::TensorView& tensor, ModelDescription& model) {
  model.stored[std::string(formats::dtype_name(tensor.dtype))] +=
      static_cast<std::int64_t>(tensor.elements());
}

std::string layers_text(const ModelConfig& config) {
  const auto windowed = std::count(config.windowed.begin(), config.windowed.end(), true);
  if (windowed == 0) return std::to_string(config.layers);
  return fmt::format("{}, {} of them see the last {} tokens only", config.layers, windowed,
                     config.sliding_window);
}

std::string rope_text(const ModelConfig& config) {
  if (!config.rope) return "none (learned positions)";
  std::string text = fmt::format("theta {}, {} of {} dimensions", config.rope_theta,
                                 config.rotary_dim(), config.head_dim);
  if (config.windowed_rope_theta)
    text += fmt::format(", windowed layers theta {}", *config.windowed_rope_theta);
  if (config.rope_llama3) text += fmt::format(", llama3 scaling by {}", config.rope_llama3->factor);
  if (config.rope_linear_factor != 1)
    text += fmt::format(", linear scaling by {}", config.rope_linear_factor);
  return text;
}

std::string stored_text(const ModelDescription& model) {
  std::vector<std::string> parts;
  for (const auto& [type, numbers] : model.stored)
    parts.push_back(fmt::format("{} {:.1f}M", type, static_cast<double>(numbers) / 1e6));
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

ModelDescription describe_model(const std::filesystem::path& path) {
  ModelDescription model;
  model.config = load_config(path);
  if (std::filesystem::is_directory(path)) {
    model.format = "huggingface";
    const formats::SafetensorsModel files(path);
    for (const formats::TensorView* tensor : files.tensors()) count(*tensor, model);
    for (const formats::SafetensorsFile& file : files.files())
      model.file_bytes += std::filesystem::file_size(file.path());
  } else {
    model.format = "gguf";
    const formats::GgufFile file(path);
    for (const formats::TensorView& tensor : file.tensors()) count(tensor, model);
    model.file_bytes = std::filesystem::file_size(path);
  }
  model.parameters = count_parameters(parameter_shapes(model.config));
  return model;
}

std::uint64_t weight_bytes(const ModelDescription& model, int bytes_per_number) {
  return static_cast<std::uint64_t>(model.parameters) *
         static_cast<std::uint64_t>(bytes_per_number);
}

std::uint64_t cache_bytes_per_token(const ModelDescription& model, int bytes_per_number) {
  const ModelConfig& config = model.config;
  return static_cast<std::uint64_t>(2 * config.layers * config.kv_heads * config.head_dim *
                                    bytes_per_number);
}

std::uint64_t training_bytes(const ModelDescription& model) {
  return 4 * weight_bytes(model, 4);
}

nlohmann::ordered_json to_json(const ModelDescription& model) {
  const ModelConfig& config = model.config;
  return {{"format", model.format},
          {"architecture", config.architecture},
          {"parameters", model.parameters},
          {"file_bytes", model.file_bytes},
          {"stored", model.stored},
          {"vocab", config.vocab},
          {"context", config.context},
          {"layers", config.layers},
          {"hidden", config.hidden},
          {"mlp", config.mlp},
          {"heads", config.heads},
          {"kv_heads", config.kv_heads},
          {"head_dim", config.head_dim},
          {"sliding_window", config.sliding_window},
          {"tied_head", config.tied_head},
          {"memory",
           {{"weights_float32", weight_bytes(model, 4)},
            {"weights_bfloat16", weight_bytes(model, 2)},
            {"cache_per_token_float32", cache_bytes_per_token(model, 4)},
            {"training_float32", training_bytes(model)}}}};
}

std::string to_text(const ModelDescription& model) {
  const ModelConfig& config = model.config;
  const std::uint64_t cache = cache_bytes_per_token(model, 4);
  const std::pair<const char*, std::string> rows[] = {
      {"format", model.format + ", " + size_text(model.file_bytes)},
      {"architecture", config.architecture},
      {"parameters",
       fmt::format("{:.1f}M ({})", static_cast<double>(model.parameters) / 1e6, model.parameters)},
      {"stored as", stored_text(model)},
      {"vocabulary", fmt::format("{}, head {}", config.vocab,
                                 config.tied_head ? "tied to the embedding" : "untied")},
      {"context", fmt::format("{} tokens", config.context)},
      {"layers", layers_text(config)},
      {"width", fmt::format("hidden {}, MLP {}", config.hidden, config.mlp)},
      {"attention", fmt::format("{} heads of {}, {} key/value heads", config.heads, config.head_dim,
                                config.kv_heads)},
      {"rope", rope_text(config)},
      {"memory: weights", fmt::format("{} float32, {} bfloat16", size_text(weight_bytes(model, 4)),
                                      size_text(weight_bytes(model, 2)))},
      {"memory: cache",
       fmt::format("{} a token, {} for the whole context (float32)", size_text(cache),
                   size_text(cache * static_cast<std::uint64_t>(config.context)))},
      {"memory: training",
       fmt::format("{} and activations (float32, AdamW)", size_text(training_bytes(model)))},
  };
  std::string text;
  for (const auto& [name, value] : rows) text += fmt::format("{:<18}{}\n", name, value);
  return text;
}

}  // namespace toolformer::model
