// SPDX-License-Identifier: Apache-2.0
// The safetensors of a Hugging Face directory, under the names of the causal language model.
#pragma once

#include <torch/torch.h>

#include <filesystem>
#include <string>

#include "toolformer/model/architecture/config.h"
#include "toolformer/model/architecture/parameter_layout.h"
#include "toolformer/model/network/transformer.h"

namespace toolformer::model {

/// What a stored tensor is for us.
struct StoredName {
  enum class Kind {
    kParameter,  ///< `name` is the parameter
    kBuffer,     ///< computed from the configuration (causal masks, rotary tables) or of a vision
                 ///< tower: not needed
    kUnknown,
  };
  Kind kind = Kind::kUnknown;
  std::string name;
};

/// Files of base models lack the prefix ("wte.weight"), those of multimodal models have one more
/// ("language_model.model.layers..."). `shapes`: of the configuration with an untied head.
StoredName recognise(const ModelConfig& config, const Shapes& shapes, const std::string& stored);

/// Every weight in `dtype` on `device`. A stored head equal to the embedding is dropped when the
/// configuration ties them; one that differs wins, as in transformers 5: config.tied_head is set
/// accordingly. Throws DataError listing missing, unknown and misshapen tensors, and for
/// directories with pickled weights only.
Parameters load_hugging_face_weights(const std::filesystem::path& directory, ModelConfig& config,
                                     torch::Device device, torch::Dtype dtype);

}  // namespace toolformer::model
