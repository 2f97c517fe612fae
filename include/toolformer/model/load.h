// SPDX-License-Identifier: Apache-2.0
// The door between the torch-free world and the models.
#pragma once

#include <memory>

#include "toolformer/lm/language_model.h"
#include "toolformer/lm/model_options.h"

namespace toolformer::model {

/// Loads weights, configuration and tokenizer of a Hugging Face directory or a GGUF file.
std::unique_ptr<lm::LanguageModel> load_language_model(const lm::ModelOptions& options);

}  // namespace toolformer::model
