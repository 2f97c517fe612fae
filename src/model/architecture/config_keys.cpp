// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/architecture/config_keys.h"

#include <fmt/format.h>

#include <algorithm>

namespace toolformer::model {
namespace {

using nlohmann::ordered_json;

/// One set of rope parameters: theta and scaling. `context`: the default of the original context.
void read_rope_parameters(const JsonFields& rope, ModelConfig& config) {
  config.rope_theta = rope.number("rope_theta").value_or(config.rope_theta);
  const std::string key = rope.has("rope_type") ? "rope_type" : "type";
  const std::string type = rope.string(key).value_or("default");
  if (type == "default") return;
  if (type == "linear") {
    if (!rope.has("factor")) rope.problem("factor", "missing");
    config.rope_linear_factor = rope.number("factor").value_or(1);
  } else if (type == "llama3") {
    Llama3RopeScaling scaling;
    for (const char* needed : {"factor", "low_freq_factor", "high_freq_factor"})
      if (!rope.has(needed)) rope.problem(needed, "missing");
    scaling.factor = rope.number("factor").value_or(scaling.factor);
    scaling.low_freq_factor = rope.number("low_freq_factor").value_or(scaling.low_freq_factor);
    scaling.high_freq_factor = rope.number("high_freq_factor").value_or(scaling.high_freq_factor);
    scaling.original_context =
        rope.integer("original_max_position_embeddings").value_or(config.context);
    config.rope_llama3 = scaling;
  } else {
    rope.problem(
        key,
        fmt::format("the rope type '{}' is not supported; supported are default, linear and llama3",
                    type));
  }
}

/// transformers 4 wrote rope_theta and rope_scaling, transformers 5 writes rope_parameters.
JsonFields rope_fields(const JsonFields& fields) {
  const nlohmann::json* old = fields.find("rope_scaling");
  return fields.object(old != nullptr && !old->empty() ? "rope_scaling" : "rope_parameters");
}

ordered_json rope_scaling(const ModelConfig& config) {
  if (config.rope_llama3)
    return {{"rope_type", "llama3"},
            {"factor", config.rope_llama3->factor},
            {"low_freq_factor", config.rope_llama3->low_freq_factor},
            {"high_freq_factor", config.rope_llama3->high_freq_factor},
            {"original_max_position_embeddings", config.rope_llama3->original_context}};
  if (config.rope_linear_factor != 1)
    return {{"rope_type", "linear"}, {"factor", config.rope_linear_factor}};
  return nullptr;
}

void read_rotary_part(const JsonFields& fields, const JsonFields& rope, const RopeKeys& names,
                      ModelConfig& config) {
  const double part = rope.number("partial_rotary_factor")
                          .value_or(fields.number(names.part).value_or(names.absent_part));
  if (part > 0 && part <= 1)
    config.rope_dim = static_cast<std::int64_t>(static_cast<double>(config.head_dim) * part);
  else
    fields.problem(names.part, fmt::format("{} is no part of a head", part));
  if (config.rope_dim == 0 && config.head_dim > 0)
    fields.problem(names.part, "no dimension of a head is rotated");
}

/// The part p of a head with int(p * head_dim) == rotary_dim: that is how it is read back.
double rotary_part(const ModelConfig& config) {
  const auto head = static_cast<double>(config.head_dim);
  const double part = static_cast<double>(config.rotary_dim()) / head;
  const bool exact = static_cast<std::int64_t>(part * head) == config.rotary_dim();
  return exact ? part : (static_cast<double>(config.rotary_dim()) + 0.5) / head;
}

/// Fills `windowed` from layer_types where the key is there; writes it.
void layer_types(const ConfigKeys& keys, ModelConfig& config) {
  ordered_json written = ordered_json::array();
  for (std::int64_t layer = 0; !keys.reads() && layer < config.layers; ++layer)
    written.push_back(config.is_windowed(layer) ? "sliding_attention" : "full_attention");
  keys.write("layer_types", written);
  const auto types = keys.reads() ? keys.from().strings("layer_types") : std::nullopt;
  if (!types) return;
  config.windowed.clear();
  for (const std::string& type : *types) {
    if (type != "full_attention" && type != "sliding_attention")
      return keys.from().problem(
          "layer_types",
          fmt::format("the layer type '{}' is not supported; supported are full_attention "
                      "and sliding_attention",
                      type));
    config.windowed.push_back(type == "sliding_attention");
  }
}

void set_windows(ModelConfig& config, std::int64_t window, const auto& is_windowed) {
  config.sliding_window = window;
  config.windowed.resize(
      static_cast<std::size_t>(std::clamp<std::int64_t>(config.layers, 0, 1 << 16)));
  for (std::size_t layer = 0; layer < config.windowed.size(); ++layer)
    config.windowed[layer] = is_windowed(static_cast<std::int64_t>(layer));
}

void drop_unused_window(ModelConfig& config) {
  if (std::find(config.windowed.begin(), config.windowed.end(), true) != config.windowed.end())
    return;
  config.windowed.clear();
  config.sliding_window = 0;
}

ordered_json window_or_null(const ModelConfig& config) {
  return config.sliding_window > 0 ? ordered_json(config.sliding_window) : ordered_json(nullptr);
}

}  // namespace

void ConfigKeys::write(const char* key, ordered_json value) const {
  if (to_ != nullptr) (*to_)[key] = std::move(value);
}

void ConfigKeys::integer(const char* key, std::int64_t& value) const {
  if (reads() && value == 0 && !from_->has(key)) from_->problem(key, "missing");
  integer(key, value, value);
}

void ConfigKeys::integer(const char* key, std::int64_t& value, std::int64_t absent) const {
  write(key, value);
  if (reads()) value = from_->integer(key).value_or(absent);
}

void ConfigKeys::number(const char* key, double& value) const {
  write(key, value);
  if (reads()) value = from_->number(key).value_or(value);
}

void ConfigKeys::boolean(const char* key, bool& value) const {
  write(key, value);
  if (reads()) value = from_->boolean(key).value_or(value);
}

void ConfigKeys::activation(const char* key, Activation& value, const char* gelu_tanh) const {
  write(key, value == Activation::kSilu ? "silu" : value == Activation::kGelu ? "gelu" : gelu_tanh);
  const auto name = reads() ? from_->string(key) : std::nullopt;
  if (!name) return;
  if (*name == "silu" || *name == "swish")
    value = Activation::kSilu;
  else if (*name == "gelu" || *name == "gelu_python")
    value = Activation::kGelu;
  else if (*name == "gelu_new" || *name == "gelu_pytorch_tanh" || *name == "gelu_python_tanh" ||
           *name == "gelu_fast")
    value = Activation::kGeluTanh;
  else
    from_->problem(
        key,
        fmt::format("the activation '{}' is not supported; supported are silu, gelu, gelu_new, "
                    "gelu_pytorch_tanh and their synonyms",
                    *name));
}

void even_share(const ConfigKeys& keys, ModelConfig& config) {
  if (!keys.reads() || config.heads < 1 || config.hidden < 1) return;  // sizes are checked later
  if (config.hidden % config.heads != 0)
    keys.from().problem("hidden size", fmt::format("{} is no multiple of {} attention heads",
                                                   config.hidden, config.heads));
  config.head_dim = config.hidden / config.heads;
}

void common_sizes(const ConfigKeys& keys, ModelConfig& config) {
  keys.integer("vocab_size", config.vocab);
  keys.integer("hidden_size", config.hidden);
  keys.integer("intermediate_size", config.mlp);
  keys.integer("num_hidden_layers", config.layers);
  keys.integer("num_attention_heads", config.heads);
  keys.integer("max_position_embeddings", config.context);
}

void attention_bias(const ConfigKeys& keys, ModelConfig& config) {
  keys.boolean("attention_bias", config.qkv_bias);
  config.out_bias = config.qkv_bias;
}

void rope(const ConfigKeys& keys, ModelConfig& config, const RopeKeys& names) {
  keys.number(names.theta, config.rope_theta);
  if (names.part != nullptr) keys.write(names.part, rotary_part(config));
  keys.write("rope_scaling", rope_scaling(config));
  if (!keys.reads()) return;
  const JsonFields parameters = rope_fields(keys.from());
  read_rope_parameters(parameters, config);
  if (names.part != nullptr) return read_rotary_part(keys.from(), parameters, names, config);
  for (const JsonFields* place : {&keys.from(), &parameters}) {
    const double part = place->number("partial_rotary_factor").value_or(1);
    if (part != 1)
      place->problem("partial_rotary_factor",
                     fmt::format("{} is not supported for {}: its heads rotate as a whole", part,
                                 config.architecture));
  }
}

void rope_by_layer_type(const ConfigKeys& keys, ModelConfig& config) {
  double windowed_theta = config.windowed_rope_theta.value_or(10000);
  keys.number("rope_theta", config.rope_theta);
  keys.write("rope_scaling", rope_scaling(config));
  keys.number("rope_local_base_freq", windowed_theta);
  if (!keys.reads()) return;
  const JsonFields parameters = keys.from().object("rope_parameters");
  const bool nested = parameters.has("full_attention") || parameters.has("sliding_attention");
  if (!parameters.empty() && !nested)
    parameters.problem("full_attention", "missing: gemma3 keeps rope parameters per layer type");
  read_rope_parameters(parameters.object("full_attention"), config);
  const JsonFields old = keys.from().object("rope_scaling");
  if (!old.empty()) read_rope_parameters(old, config);
  const JsonFields windowed = parameters.object("sliding_attention");
  config.windowed_rope_theta = windowed.number("rope_theta").value_or(windowed_theta);
  // The reference could scale windowed layers too.
  const std::string type = windowed.string("rope_type").value_or("default");
  if (type != "default")
    windowed.problem("rope_type", fmt::format("'{}' is not supported for windowed layers", type));
}

void window_of_all_layers(const ConfigKeys& keys, ModelConfig& config, std::int64_t absent) {
  keys.write("sliding_window", window_or_null(config));
  if (!keys.reads()) return;
  const bool null = keys.from().names("sliding_window");
  set_windows(config, keys.from().integer("sliding_window").value_or(null ? 0 : absent),
              [&](std::int64_t) { return config.sliding_window > 0; });
  drop_unused_window(config);
}

void window_from_a_layer(const ConfigKeys& keys, ModelConfig& config) {
  keys.write("use_sliding_window", config.sliding_window > 0);
  keys.write("sliding_window", window_or_null(config));
  if (keys.reads() && keys.from().boolean("use_sliding_window").value_or(false)) {
    const std::int64_t first = keys.from().integer("max_window_layers").value_or(28);
    set_windows(config, keys.from().integer("sliding_window").value_or(4096),
                [&](std::int64_t layer) { return layer >= first; });
    layer_types(keys, config);
    drop_unused_window(config);
  }
  if (!keys.reads()) layer_types(keys, config);
}

void window_by_period(const ConfigKeys& keys, ModelConfig& config) {
  if (keys.reads() && keys.from().names("sliding_window") && !keys.from().has("sliding_window"))
    return keys.from().problem("sliding_window", "null: gemma3's windowed layers need a window");
  const std::int64_t period =
      keys.reads() ? keys.from().integer("sliding_window_pattern").value_or(6) : 1;
  if (period < 1)
    return keys.from().problem("sliding_window_pattern", fmt::format("{} is not a period", period));
  std::int64_t window = config.sliding_window > 0 ? config.sliding_window : 4096;
  keys.integer("sliding_window", window);
  if (keys.reads())
    set_windows(config, window, [&](std::int64_t layer) { return (layer + 1) % period != 0; });
  layer_types(keys, config);
  if (keys.reads()) drop_unused_window(config);
}

}  // namespace toolformer::model
