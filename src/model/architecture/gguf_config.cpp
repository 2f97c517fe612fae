// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/architecture/gguf_config.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "toolformer/base/error.h"
#include "toolformer/formats/quantized_blocks.h"
#include "toolformer/model/architecture/architecture.h"
#include "toolformer/model/architecture/config_keys.h"

namespace toolformer::model {
namespace {

/// The row of general.architecture.
const Architecture& architecture_of(const std::string& gguf_name) {
  for (const Architecture& row : architectures())
    if (row.names.gguf == gguf_name) return row;
  return find_architecture(gguf_name);
}

/// The keys of the file's architecture: "block_count" for llama.block_count.
nlohmann::json own_keys(const formats::GgufFile& file, const std::string& prefix) {
  nlohmann::json keys = nlohmann::json::object();
  for (const auto& [key, value] : file.metadata()) {
    if (!key.starts_with(prefix)) continue;
    nlohmann::json& own = keys[key.substr(prefix.size())];
    std::visit([&own](const auto& typed) { own = typed; }, value);
    // The decimal that was meant: 1e-06, where the file's float32 widens to 9.99999997e-07.
    if (own.is_number_float()) own = std::stod(fmt::format("{}", own.get<float>()));
  }
  return keys;
}

formats::GgufEntry entry(const std::string& key, const nlohmann::ordered_json& value) {
  if (value.is_boolean()) return {key, value.get<bool>()};
  if (value.is_string()) return {key, value.get<std::string>()};
  if (value.is_number_float()) return {key, value.get<float>()};
  return {key, value.get<std::uint32_t>()};
}

/// What all architectures keep under the same keys, but rope.
void common_keys(const ConfigKeys& keys, ModelConfig& config) {
  if (keys.reads()) config.heads = config.context = 0;  // no defaults: GGUF says them all
  keys.integer("block_count", config.layers);
  keys.integer("context_length", config.context);
  keys.integer("embedding_length", config.hidden);
  keys.integer("feed_forward_length", config.mlp);
  keys.integer("attention.head_count", config.heads);
  keys.integer("attention.head_count_kv", config.kv_heads, config.heads);
  keys.integer("attention.key_length", config.head_dim,
               config.heads > 0 ? config.hidden / config.heads : 0);
  std::int64_t value_dim = config.head_dim;
  keys.integer("attention.value_length", value_dim, config.head_dim);
  if (value_dim != config.head_dim)
    keys.from().problem("attention.value_length", fmt::format("{} differs from the key length {}",
                                                              value_dim, config.head_dim));
  keys.number(config.norm == Norm::kRms ? "attention.layer_norm_rms_epsilon"
                                        : "attention.layer_norm_epsilon",
              config.norm_eps);
}

void refuse_unsupported(const JsonFields& fields) {
  if (fields.integer("expert_count").value_or(0) > 0)
    fields.problem("expert_count", "mixtures of experts are not supported");
  for (const char* key : {"attn_logit_softcapping", "final_logit_softcapping"})
    if (fields.number(key).value_or(0) != 0) fields.problem(key, "this option is not supported");
}

/// Converters store Llama 3.1's scaling as one divisor per frequency, computed from factor (the
/// largest divisor) and the published constants; anything else would need a configuration that
/// Hugging Face files cannot express.
void read_rope_divisors(const formats::TensorView& tensor, ModelConfig& config,
                        std::vector<std::string>& problems) {
  std::vector<float> divisors(tensor.elements());
  formats::to_float(tensor, divisors);
  Llama3RopeScaling scaling;
  const auto pairs = static_cast<std::size_t>(std::max<std::int64_t>(config.rotary_dim() / 2, 0));
  bool same = divisors.size() == pairs && pairs > 0;
  if (same) scaling.factor = *std::max_element(divisors.begin(), divisors.end());
  for (std::size_t i = 0; same && i < pairs; ++i) {
    const double expected = llama3_divisor(config, scaling, static_cast<std::int64_t>(i));
    same = std::abs(divisors[i] - expected) <= 1e-4 * expected;
  }
  if (same && scaling.factor == 1) return;  // divides by one everywhere
  if (same)
    config.rope_llama3 = scaling;
  else
    problems.emplace_back(
        "rope_freqs.weight: these are not the divisors of Llama 3.1; other kinds are not "
        "supported");
}

void rope_keys(const ConfigKeys& keys, ModelConfig& config) {
  if (!config.rope) return;
  std::int64_t rotated = config.rotary_dim();
  keys.integer("rope.dimension_count", rotated, config.head_dim);
  config.rope_dim = rotated == config.head_dim ? 0 : rotated;
  keys.number("rope.freq_base", config.rope_theta);
  if (config.windowed_rope_theta) keys.number("rope.freq_base_swa", *config.windowed_rope_theta);
  std::string scaling = "linear";
  if (keys.reads()) {
    keys.number("rope.scale_linear", config.rope_linear_factor);  // of older files
    scaling = keys.from()
                  .string("rope.scaling.type")
                  .value_or(keys.from().has("rope.scale_linear") ? "linear" : "none");
  }
  if (scaling != "linear" && scaling != "none")
    keys.from().problem(
        "rope.scaling.type",
        fmt::format("'{}' is not supported; supported are none and linear", scaling));
  if (scaling != "linear" || (!keys.reads() && config.rope_linear_factor == 1)) return;
  keys.write("rope.scaling.type", scaling);
  keys.number("rope.scaling.factor", config.rope_linear_factor);
}

void all_keys(const ConfigKeys& keys, const Architecture& row, ModelConfig& config) {
  common_keys(keys, config);
  if (row.gguf != nullptr) row.gguf(keys, config);
  keys.write("vocab_size", config.vocab);
  rope_keys(keys, config);
}

/// What is known by a tensor being there.
void read_tensors(const formats::GgufFile& file, ModelConfig& config,
                  std::vector<std::string>& problems) {
  const formats::TensorView* embedding = file.find("token_embd.weight");
  if (embedding != nullptr && embedding->shape.size() == 2)
    config.vocab = embedding->shape[0];
  else
    problems.emplace_back("token_embd.weight: missing, or not a matrix");
  config.tied_head = file.find("output.weight") == nullptr;
  if (find_architecture(config.architecture).gguf_tells_biases) {
    config.qkv_bias = config.out_bias = file.find("blk.0.attn_q.bias") != nullptr;
    config.mlp_bias = file.find("blk.0.ffn_up.bias") != nullptr;
  }
  if (file.find("rope_factors_long.weight") != nullptr)
    problems.emplace_back("rope_factors_long.weight: the rope type longrope is not supported");
  const formats::TensorView* divisors = file.find("rope_freqs.weight");
  if (config.rope && divisors != nullptr) read_rope_divisors(*divisors, config, problems);
}

void read_tokens(const formats::GgufFile& file, ModelConfig& config) {
  config.bos = file.integer("tokenizer.ggml.bos_token_id");
  for (const char* key : {"tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id"}) {
    const std::optional<std::int64_t> id = file.integer(key);
    if (id && std::find(config.eos.begin(), config.eos.end(), *id) == config.eos.end())
      config.eos.push_back(*id);
  }
}

}  // namespace

double llama3_divisor(const ModelConfig& config, const Llama3RopeScaling& scaling,
                      std::int64_t pair) {
  const auto context = static_cast<double>(scaling.original_context);
  const double exponent = static_cast<double>(2 * pair) / static_cast<double>(config.rotary_dim());
  const double wavelength = 2 * std::numbers::pi * std::pow(config.rope_theta, exponent);
  const double blend = std::clamp((context / wavelength - scaling.low_freq_factor) /
                                      (scaling.high_freq_factor - scaling.low_freq_factor),
                                  0.0, 1.0);
  return 1 / ((1 - blend) / scaling.factor + blend);
}

ModelConfig gguf_config(const formats::GgufFile& file) {
  const std::string architecture = file.string("general.architecture").value_or("");
  if (architecture.empty())
    base::throw_error<base::DataError>("{}: general.architecture: missing", file.path().string());
  const Architecture& row = architecture_of(architecture);
  ModelConfig config = row.defaults;
  std::vector<std::string> problems;
  const nlohmann::json metadata = own_keys(file, architecture + ".");
  const JsonFields fields(metadata, architecture + ".", problems);
  refuse_unsupported(fields);
  all_keys(ConfigKeys(fields), row, config);
  read_tensors(file, config, problems);
  read_tokens(file, config);
  for (std::string& problem : config_problems(config)) problems.push_back(std::move(problem));
  if (!problems.empty())
    base::throw_error<base::DataError>("{} cannot be used: {}", file.path().string(),
                                       fmt::join(problems, "; "));
  return config;
}

std::vector<formats::GgufEntry> gguf_metadata(const ModelConfig& config) {
  const Architecture& row = find_architecture(config.architecture);
  nlohmann::ordered_json metadata;
  ModelConfig values = config;  // what reading would change, writing may too
  all_keys(ConfigKeys(metadata), row, values);
  std::vector<formats::GgufEntry> entries = {{"general.architecture", row.names.gguf}};
  for (const auto& [key, value] : metadata.items())
    entries.push_back(entry(row.names.gguf + "." + key, value));
  return entries;
}

torch::Tensor gguf_rope_divisors(const ModelConfig& config) {
  if (!config.rope_llama3) return {};
  const std::int64_t pairs = config.rotary_dim() / 2;
  torch::Tensor divisors = torch::empty({pairs}, torch::kFloat32);
  for (std::int64_t pair = 0; pair < pairs; ++pair)
    divisors[pair] = llama3_divisor(config, *config.rope_llama3, pair);
  return divisors;
}

}  // namespace toolformer::model
