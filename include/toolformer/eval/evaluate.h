// SPDX-License-Identifier: Apache-2.0
// tf-eval. Reads: task files and their data, texts, models. Writes below --output: items/ (the
// prompts), one file of records per model, row and task, results.json, results.md. Models are
// loaded one after the other.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "toolformer/eval/options.h"
#include "toolformer/lm/language_model.h"
#include "toolformer/lm/model_options.h"

namespace toolformer::eval {

using LoadModel = std::function<std::unique_ptr<lm::LanguageModel>(const lm::ModelOptions&)>;

/// The tables for a terminal. Throws Interrupted when a signal asked to stop: run again to go on.
std::string evaluate(const Options& options, const LoadModel& load);

/// --statements: the table of equations and dates in the `text` of records (behind `prompt_bytes`
/// where they have it).
std::string evaluate_statements(const Options& options);

}  // namespace toolformer::eval
