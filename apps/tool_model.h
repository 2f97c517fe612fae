// SPDX-License-Identifier: Apache-2.0
// The models of tools that read with one (tools/builtin/qa_reader.h), in programs that have models.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "toolformer/base/error.h"
#include "toolformer/model/load.h"

namespace toolformer::apps {

/// For ToolboxOptions::load_model. The model is loaded as the run's is (device, dtype, threads);
/// without a path it is the run's --model. `run` must outlive it.
inline std::function<std::unique_ptr<lm::LanguageModel>(const std::string& path)> tool_model(
    const lm::ModelOptions& run) {
  return [&run](const std::string& path) {
    lm::ModelOptions options = run;
    if (!path.empty()) options.model = path;
    options.workers = 1;  // it answers one call at a time
    if (options.model.empty()) {
      throw base::UsageError(
          "a tool reads with a model, and none is named: set `model` in its entry of the toolbox "
          "file, or --model where the program has it");
    }
    lm::check(options);
    return model::load_language_model(options);
  };
}

}  // namespace toolformer::apps
