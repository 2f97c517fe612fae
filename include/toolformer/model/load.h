// SPDX-License-Identifier: Apache-2.0
// The door between the torch-free world and the models.
#pragma once

#include <memory>

#include "toolformer/lm/language_model.h"
#include "toolformer/lm/model_options.h"

namespace toolformer::model {

/// The options with what "auto" and 0 workers become: CUDA where there is a device; bfloat16 on
/// CUDA, float32 on every CPU, so that all machines of a run compute alike (the log says where
/// bfloat16 would be faster). Throws UsageError for a device that is not there and for types that
/// do not go together.
lm::ModelOptions resolve(lm::ModelOptions options);

/// Loads weights, configuration and tokenizer of a Hugging Face directory or a GGUF file; resolves
/// the options if that has not been done.
std::unique_ptr<lm::LanguageModel> load_language_model(const lm::ModelOptions& options);

}  // namespace toolformer::model
