// SPDX-License-Identifier: Apache-2.0
// The table of supported architectures: everything that goes by an architecture's name stands in
// its row (architecture.cpp). What is computed is said by ModelConfig's fields, never by the name.
#pragma once

#include <string>
#include <vector>

#include "toolformer/model/architecture/config.h"
#include "toolformer/model/architecture/parameter_layout.h"

namespace toolformer::model {

class ConfigKeys;

struct ArchitectureNames {
  std::string hugging_face;     ///< model_type, and ModelConfig::architecture
  std::string class_name;       ///< the one in config.json's "architectures"
  std::string gguf;             ///< general.architecture; of rows that share it the first is read
  std::string multimodal = {};  ///< model_type of a config.json with this one as its text_config
};

struct Architecture {
  ArchitectureNames names;
  ModelConfig defaults;  ///< what the name alone decides, and sizes that files may leave out
  ParameterNames parameters;
  // Keys, read into or written from the configuration.
  void (*hugging_face)(const ConfigKeys&, ModelConfig&) = nullptr;  ///< all of config.json
  void (*gguf)(const ConfigKeys&, ModelConfig&) = nullptr;  ///< those that not all have, if any

  bool in_out = false;             ///< see stores_in_out
  bool heads_fill_hidden = false;  ///< heads * head_dim must be the hidden size
  bool gguf_joins_pairs = false;   ///< the rows of a rotary pair are neighbours in GGUF
  bool gguf_tells_biases = false;  ///< by having them or not
};

/// All rows, in the order in which messages name them.
const std::vector<Architecture>& architectures();

/// The row of this Hugging Face name; throws DataError for an unknown one, by name.
const Architecture& find_architecture(const std::string& name);

}  // namespace toolformer::model
