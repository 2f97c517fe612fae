// SPDX-License-Identifier: Apache-2.0
// The values of the parameters that require a gradient, as one safetensors file in float32 (which
// holds every bfloat16 exactly).
#pragma once

#include <filesystem>

#include "toolformer/model/network/transformer.h"

namespace toolformer::finetune {

/// The file's name in a checkpoint that holds nothing else of the model.
inline constexpr const char* kTrainedFile = "trained.safetensors";

void save_trained(const model::Transformer& transformer, const std::filesystem::path& file);

/// Puts them back. Throws DataError when names, shapes or types are not those that are trained.
void load_trained(const std::filesystem::path& file, const model::Transformer& transformer);

}  // namespace toolformer::finetune
