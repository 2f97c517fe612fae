// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/architecture/gguf_config.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "toolformer/base/error.h"
#include "toolformer/formats/quantized_blocks.h"

namespace toolformer::model {
namespace {

std::string hugging_face_name(const std::string& architecture) {
  if (architecture == "gptneox") return "gpt_neox";
  if (architecture == "gemma3") return "gemma3_text";
  return architecture;
}

/// The keys of the file's architecture: integer("block_count") is llama.block_count.
class Keys {
 public:
  Keys(const formats::GgufFile& file, std::string prefix, std::vector<std::string>& problems)
      : file_(file), prefix_(std::move(prefix) + "."), problems_(problems) {}

  std::int64_t required(const std::string& key) const {
    const std::optional<std::int64_t> value = file_.integer(prefix_ + key);
    if (!value) problems_.push_back(prefix_ + key + ": missing");
    return value.value_or(0);
  }
  std::int64_t integer(const std::string& key, std::int64_t absent) const {
    return file_.integer(prefix_ + key).value_or(absent);
  }
  double number(const std::string& key, double absent) const {
    return file_.number(prefix_ + key).value_or(absent);
  }
  bool boolean(const std::string& key, bool absent) const {
    return file_.boolean(prefix_ + key).value_or(absent);
  }
  std::string string(const std::string& key, const std::string& absent) const {
    return file_.string(prefix_ + key).value_or(absent);
  }
  bool has(const std::string& key) const { return file_.metadata().contains(prefix_ + key); }
  void problem(const std::string& key, const std::string& text) const {
    problems_.push_back(prefix_ + key + ": " + text);
  }

 private:
  const formats::GgufFile& file_;
  std::string prefix_;
  std::vector<std::string>& problems_;
};

/// The decimal that was meant: 1e-06, where the file's float32 widens to 9.99999997e-07.
double as_written(double value) {
  return std::stod(fmt::format("{}", static_cast<float>(value)));
}

void read_sizes(const formats::GgufFile& file, const Keys& keys, ModelConfig& config,
                std::vector<std::string>& problems) {
  const formats::TensorView* embedding = file.find("token_embd.weight");
  if (embedding != nullptr && embedding->shape.size() == 2)
    config.vocab = embedding->shape[0];
  else
    problems.emplace_back("token_embd.weight: missing, or not a matrix");
  config.layers = keys.required("block_count");
  config.hidden = keys.required("embedding_length");
  config.mlp = keys.required("feed_forward_length");
  config.heads = keys.required("attention.head_count");
  config.context = keys.required("context_length");
  config.kv_heads = keys.integer("attention.head_count_kv", config.heads);
  const std::int64_t share = config.heads > 0 ? config.hidden / config.heads : 0;
  config.head_dim = keys.integer("attention.key_length", share);
  const std::int64_t value_dim = keys.integer("attention.value_length", config.head_dim);
  if (value_dim != config.head_dim)
    keys.problem("attention.value_length",
                 fmt::format("{} differs from the key length {}", value_dim, config.head_dim));
  const char* epsilon = config.norm == Norm::kRms ? "attention.layer_norm_rms_epsilon"
                                                  : "attention.layer_norm_epsilon";
  config.norm_eps = as_written(keys.number(epsilon, config.norm_eps));
  if (keys.integer("expert_count", 0) > 0)
    keys.problem("expert_count", "mixtures of experts are not supported");
  for (const char* key : {"attn_logit_softcapping", "final_logit_softcapping"})
    if (keys.number(key, 0) != 0) keys.problem(key, "this option is not supported");
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

void read_rope(const formats::GgufFile& file, const Keys& keys, ModelConfig& config,
               std::vector<std::string>& problems) {
  if (!config.rope) return;
  config.rope_theta = as_written(keys.number("rope.freq_base", config.rope_theta));
  if (config.windowed_rope_theta)
    config.windowed_rope_theta =
        as_written(keys.number("rope.freq_base_swa", *config.windowed_rope_theta));
  const std::int64_t rotated = keys.integer("rope.dimension_count", config.head_dim);
  config.rope_dim = rotated == config.head_dim ? 0 : rotated;
  const std::string scaling =
      keys.string("rope.scaling.type", keys.has("rope.scale_linear") ? "linear" : "none");
  if (scaling == "linear")
    config.rope_linear_factor =
        keys.number("rope.scaling.factor", keys.number("rope.scale_linear", 1));
  else if (scaling != "none")
    keys.problem("rope.scaling.type",
                 fmt::format("'{}' is not supported; supported are none and linear", scaling));
  const formats::TensorView* divisors = file.find("rope_freqs.weight");
  if (divisors != nullptr) read_rope_divisors(*divisors, config, problems);
}

void read_gemma3(const Keys& keys, ModelConfig& config) {
  config.embedding_scale = std::sqrt(static_cast<double>(config.hidden));
  config.sliding_window = keys.integer("attention.sliding_window", 0);
  // Every sixth layer sees all; the file does not say so, llama.cpp and the reference fix it for
  // this architecture.
  for (std::int64_t layer = 0;
       config.sliding_window > 0 && layer < std::min<std::int64_t>(config.layers, 1 << 10); ++layer)
    config.windowed.push_back((layer + 1) % 6 != 0);
  // The 27B model divides by hidden / heads, all others by the head dimension: llama.cpp tells them
  // apart by depth.
  constexpr std::int64_t kLayersOf27B = 62;
  const double scalar = config.layers == kLayersOf27B && config.heads > 0
                            ? static_cast<double>(config.hidden) / static_cast<double>(config.heads)
                            : static_cast<double>(config.head_dim);
  if (scalar > 0) config.attention_scale = 1 / std::sqrt(scalar);
}

void read_rest(const formats::GgufFile& file, const Keys& keys, ModelConfig& config) {
  const bool has_head = file.find("output.weight") != nullptr;
  config.tied_head = !has_head;
  if (config.architecture == "gemma3_text") read_gemma3(keys, config);
  if (config.architecture == "gpt_neox")
    config.parallel_residual = keys.boolean("use_parallel_residual", true);
  if (config.architecture == "llama" && keys.integer("attention.sliding_window", 0) > 0) {
    config.architecture = "mistral";
    config.sliding_window = keys.integer("attention.sliding_window", 0);
    config.windowed.assign(
        static_cast<std::size_t>(std::clamp<std::int64_t>(config.layers, 0, 1 << 10)), true);
  }
  if (config.architecture == "llama" || config.architecture == "qwen3") {
    config.qkv_bias = config.out_bias = file.find("blk.0.attn_q.bias") != nullptr;
    config.mlp_bias = file.find("blk.0.ffn_up.bias") != nullptr;
  }
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
  ModelConfig config = architecture_defaults(hugging_face_name(architecture));
  std::vector<std::string> problems;
  const Keys keys(file, architecture, problems);
  read_sizes(file, keys, config, problems);
  read_rope(file, keys, config, problems);
  read_rest(file, keys, config);
  read_tokens(file, config);
  for (std::string& problem : config_problems(config)) problems.push_back(std::move(problem));
  if (!problems.empty())
    base::throw_error<base::DataError>("{} cannot be used: {}", file.path().string(),
                                       fmt::join(problems, "; "));
  return config;
}

}  // namespace toolformer::model
