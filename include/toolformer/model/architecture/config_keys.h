// SPDX-License-Identifier: Apache-2.0
// Keys of a config.json, or of a GGUF file's metadata, for both directions: an architecture names
// each of its keys once, with the field it stands for; reading fills the field, writing appends the
// key. Keys and their absent values are those of transformers 5.23; older spellings are read too,
// and rope parameters are written in the spelling of transformers 4, which both versions read.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "toolformer/model/architecture/config.h"
#include "toolformer/model/architecture/json_fields.h"

namespace toolformer::model {

class ConfigKeys {
 public:
  // Either keeps a reference.
  explicit ConfigKeys(const JsonFields& from) : from_(&from) {}
  explicit ConfigKeys(nlohmann::ordered_json& to) : to_(&to) {}

  bool reads() const { return from_ != nullptr; }
  const JsonFields& from() const { return *from_; }  ///< reading only
  /// Appends the key when writing; nothing when reading.
  void write(const char* key, nlohmann::ordered_json value) const;

  /// Absent: `value` stays; if it is 0, the key is missing.
  void integer(const char* key, std::int64_t& value) const;
  void integer(const char* key, std::int64_t& value, std::int64_t absent) const;
  // Absent: `value` stays.
  void number(const char* key, double& value) const;
  void boolean(const char* key, bool& value) const;
  /// `gelu_tanh`: how this architecture's files call GELU's tanh approximation.
  void activation(const char* key, Activation& value, const char* gelu_tanh) const;

 private:
  const JsonFields* from_ = nullptr;
  nlohmann::ordered_json* to_ = nullptr;
};

// What config.json has for several architectures.

/// head_dim, where the file has none and the architecture no default: hidden / heads.
void even_share(const ConfigKeys& keys, ModelConfig& config);
/// vocab_size, hidden_size, ... max_position_embeddings.
void common_sizes(const ConfigKeys& keys, ModelConfig& config);
/// The attention_bias of all four projections.
void attention_bias(const ConfigKeys& keys, ModelConfig& config);

/// How an architecture's files call what every rope has.
struct RopeKeys {
  const char* theta = "rope_theta";
  const char* part = nullptr;  ///< of a head that rotates; null: it rotates as a whole
  double absent_part = 1;
};
/// theta, part and scaling, in the spellings of transformers 4 and 5.
void rope(const ConfigKeys& keys, ModelConfig& config, const RopeKeys& names = {});
/// Gemma 3: a set of rope parameters for each kind of layer.
void rope_by_layer_type(const ConfigKeys& keys, ModelConfig& config);

/// One window for all layers; null: none. `absent`: for files without the key.
void window_of_all_layers(const ConfigKeys& keys, ModelConfig& config, std::int64_t absent);
/// Qwen: from a layer on, and only if the file says so.
void window_from_a_layer(const ConfigKeys& keys, ModelConfig& config);
/// Gemma 3: all layers but every sixth.
void window_by_period(const ConfigKeys& keys, ModelConfig& config);

}  // namespace toolformer::model
