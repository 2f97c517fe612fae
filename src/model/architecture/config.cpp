// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/architecture/config.h"

#include <fmt/format.h>

#include <cmath>

#include "toolformer/model/architecture/architecture.h"

namespace toolformer::model {
namespace {

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

}  // namespace

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
  if (find_architecture(config.architecture).heads_fill_hidden &&
      config.heads * config.head_dim != config.hidden)
    problems.push_back(fmt::format("{} attention heads of {} do not make up the hidden size {}",
                                   config.heads, config.head_dim, config.hidden));
  return problems;
}

}  // namespace toolformer::model
