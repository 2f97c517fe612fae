// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/architecture/gguf_config.h"

namespace toolformer::model {
namespace {

using formats::GgufEntry;

/// The inverse of gguf_config's: Mistral is a llama with a window.
std::string gguf_name(const std::string& architecture) {
  if (architecture == "gpt_neox") return "gptneox";
  if (architecture == "gemma3_text") return "gemma3";
  return architecture == "mistral" ? "llama" : architecture;
}

class Entries {
 public:
  explicit Entries(const std::string& architecture) : prefix_(architecture + ".") {
    entries_.push_back({"general.architecture", architecture});
  }
  void integer(const char* key, std::int64_t value) {
    entries_.push_back({prefix_ + key, static_cast<std::uint32_t>(value)});
  }
  void number(const char* key, double value) {
    entries_.push_back({prefix_ + key, static_cast<float>(value)});
  }
  void string(const char* key, const char* value) {
    entries_.push_back({prefix_ + key, std::string(value)});
  }
  void boolean(const char* key, bool value) { entries_.push_back({prefix_ + key, value}); }
  std::vector<GgufEntry> take() { return std::move(entries_); }

 private:
  std::string prefix_;
  std::vector<GgufEntry> entries_;
};

void add_rope(const ModelConfig& config, Entries& entries) {
  if (!config.rope) return;
  entries.integer("rope.dimension_count", config.rotary_dim());
  entries.number("rope.freq_base", config.rope_theta);
  if (config.windowed_rope_theta) entries.number("rope.freq_base_swa", *config.windowed_rope_theta);
  if (config.rope_linear_factor == 1) return;
  entries.string("rope.scaling.type", "linear");
  entries.number("rope.scaling.factor", config.rope_linear_factor);
}

}  // namespace

std::vector<GgufEntry> gguf_metadata(const ModelConfig& config) {
  Entries entries(gguf_name(config.architecture));
  entries.integer("block_count", config.layers);
  entries.integer("context_length", config.context);
  entries.integer("embedding_length", config.hidden);
  entries.integer("feed_forward_length", config.mlp);
  entries.integer("attention.head_count", config.heads);
  entries.integer("attention.head_count_kv", config.kv_heads);
  entries.integer("attention.key_length", config.head_dim);
  entries.integer("attention.value_length", config.head_dim);
  entries.number(config.norm == Norm::kRms ? "attention.layer_norm_rms_epsilon"
                                           : "attention.layer_norm_epsilon",
                 config.norm_eps);
  if (config.sliding_window > 0) entries.integer("attention.sliding_window", config.sliding_window);
  if (config.architecture == "gpt_neox")
    entries.boolean("use_parallel_residual", config.parallel_residual);
  entries.integer("vocab_size", config.vocab);
  add_rope(config, entries);
  return entries.take();
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
