// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/architecture/config.h"

#include <cmath>
#include <string_view>

#include "toolformer/base/error.h"

namespace toolformer::model {
namespace {

constexpr std::string_view kSupported =
    "llama, mistral, qwen2, qwen3, gemma3_text (gemma3), gpt2, gptj, gpt_neox";

/// Far beyond any model, small enough that no product of two overflows.
struct Limit {
  const char* name;
  std::int64_t value;
  std::int64_t largest;
};

void check_sizes(const ModelConfig& config, std::vector<std::string>& problems) {
  const Limit limits[] = {
      {"vocabulary", config.vocab, 1 << 24},
      {"hidden size", config.hidden, 1 << 17},
      {"layers", config.layers, 1 << 10},
      {"attention heads", config.heads, 1 << 12},
      {"key/value heads", config.kv_heads, 1 << 12},
      {"head dimension", config.head_dim, 1 << 13},
      {"MLP size", config.mlp, 1 << 20},
      {"context length", config.context, 1 << 28},
  };
  for (const Limit& limit : limits) {
    if (limit.value < 1 || limit.value > limit.largest)
      problems.push_back(
          fmt::format("{} is {}, expected 1 to {}", limit.name, limit.value, limit.largest));
  }
  if (config.kv_heads > 0 && config.heads % config.kv_heads != 0)
    problems.push_back(fmt::format("{} attention heads cannot share {} key/value heads evenly",
                                   config.heads, config.kv_heads));
}

void check_rope(const ModelConfig& config, std::vector<std::string>& problems) {
  const auto positive = [&problems](const char* name, double value) {
    if (!std::isfinite(value) || value <= 0)
      problems.push_back(fmt::format("{} is {}, expected a positive number", name, value));
  };
  positive("rope theta", config.rope_theta);
  positive("rope linear factor", config.rope_linear_factor);
  if (config.windowed_rope_theta)
    positive("rope theta of the windowed layers", *config.windowed_rope_theta);
  if (config.rope_dim < 0 || config.rotary_dim() > config.head_dim || config.rotary_dim() % 2 != 0)
    problems.push_back(fmt::format(
        "{} rotated dimensions of a head of {}: expected an even number, at most as many",
        config.rotary_dim(), config.head_dim));
  if (!config.rope_llama3) return;
  const Llama3RopeScaling& scaling = *config.rope_llama3;
  positive("llama3 rope factor", scaling.factor);
  positive("llama3 rope low_freq_factor", scaling.low_freq_factor);
  positive("llama3 rope high_freq_factor", scaling.high_freq_factor);
  positive("llama3 rope original context", static_cast<double>(scaling.original_context));
  if (!(scaling.low_freq_factor < scaling.high_freq_factor))
    problems.push_back(
        fmt::format("llama3 rope: low_freq_factor {} must be below high_freq_factor {}",
                    scaling.low_freq_factor, scaling.high_freq_factor));
}

ModelConfig gpt(const std::string& architecture) {
  ModelConfig config;
  config.architecture = architecture;
  config.norm = Norm::kLayer;
  config.mlp_kind = Mlp::kPlain;
  config.activation = Activation::kGeluTanh;
  config.mlp_bias = true;
  return config;
}

}  // namespace

ModelConfig architecture_defaults(const std::string& architecture) {
  if (architecture == "gpt2") {
    ModelConfig config = gpt(architecture);
    config.rope = false;
    config.learned_positions = config.qkv_bias = config.out_bias = true;
    return config;
  }
  if (architecture == "gptj") {
    ModelConfig config = gpt(architecture);
    config.rope_layout = RopeLayout::kInterleaved;
    config.parallel_residual = config.shared_norm = config.head_bias = true;
    config.tied_head = false;
    return config;
  }
  if (architecture == "gpt_neox") {
    ModelConfig config = gpt(architecture);
    config.activation = Activation::kGelu;
    config.qkv_bias = config.out_bias = config.parallel_residual = true;
    config.tied_head = false;
    return config;
  }
  ModelConfig config;
  config.architecture = architecture;
  if (architecture == "gemma3_text") {
    config.norm_eps = 1e-6;
    config.post_norms = config.qk_norm = config.norm_plus_one = true;
    config.activation = Activation::kGeluTanh;
    config.rope_theta = 1e6;
    config.windowed_rope_theta = 1e4;
    return config;
  }
  config.tied_head = false;
  config.norm_eps = 1e-6;
  if (architecture == "qwen2") {
    config.qkv_bias = true;
  } else if (architecture == "qwen3") {
    config.qk_norm = true;
  } else if (architecture != "llama" && architecture != "mistral") {
    base::throw_error<base::DataError>("the architecture '{}' is not supported; supported are {}",
                                       architecture, kSupported);
  }
  return config;
}

std::vector<std::string> config_problems(const ModelConfig& config) {
  std::vector<std::string> problems;
  check_sizes(config, problems);
  if (config.rope) check_rope(config, problems);
  if (!std::isfinite(config.norm_eps) || config.norm_eps <= 0 || config.norm_eps >= 1)
    problems.push_back(fmt::format("the norms' epsilon is {}, expected a number between 0 and 1",
                                   config.norm_eps));
  if (!std::isfinite(config.attention_scale) || config.attention_scale < 0)
    problems.push_back(fmt::format("the attention scale is {}, expected a positive number",
                                   config.attention_scale));
  if (config.sliding_window < 0)
    problems.push_back(
        fmt::format("the sliding window is {}, expected a positive number", config.sliding_window));
  if (!config.windowed.empty() &&
      static_cast<std::int64_t>(config.windowed.size()) != config.layers)
    problems.push_back(fmt::format("layer types are given for {} layers, the model has {}",
                                   config.windowed.size(), config.layers));
  const bool fused = config.architecture == "gpt2" || config.architecture == "gpt_neox" ||
                     config.architecture == "gptj";
  if (fused && config.heads * config.head_dim != config.hidden)
    problems.push_back(fmt::format("{} attention heads of {} do not make up the hidden size {}",
                                   config.heads, config.head_dim, config.hidden));
  return problems;
}

}  // namespace toolformer::model
