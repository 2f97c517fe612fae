// SPDX-License-Identifier: Apache-2.0
#include "toolformer/lm/model_options.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <regex>

#include "toolformer/base/error.h"

namespace toolformer::lm {

void bind(CLI::App& app, ModelOptions& options) {
  app.add_option("--model", options.model, "Hugging Face directory or GGUF file")
      ->type_name("DIR_OR_GGUF");
  app.add_option("--device", options.device, "cpu, cuda, cuda:<index> or auto");
  app.add_option("--dtype", options.dtype, "float32, bfloat16 or auto");
  app.add_option("--threads", options.threads,
                 "threads of one operation; 0: as many as the process may use")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--engine", options.engine,
                 "cached, or plain: recompute everything (slow, for comparison)");
}

void check(const ModelOptions& options) {
  if (options.model.empty())
    throw base::UsageError("--model is required: a Hugging Face directory or a GGUF file");
  if (!std::filesystem::exists(options.model)) {
    base::throw_error<base::UsageError>("--model {}: no such file or directory", options.model);
  }
  static const std::regex device("auto|cpu|cuda(:[0-9]{1,3})?");
  if (!std::regex_match(options.device, device)) {
    base::throw_error<base::UsageError>("--device {}: expected cpu, cuda, cuda:<index> or auto",
                                        options.device);
  }
  if (options.dtype != "auto" && options.dtype != "float32" && options.dtype != "bfloat16") {
    base::throw_error<base::UsageError>("--dtype {}: expected float32, bfloat16 or auto",
                                        options.dtype);
  }
  if (options.engine != "cached" && options.engine != "plain") {
    base::throw_error<base::UsageError>("--engine {}: expected cached or plain", options.engine);
  }
}

}  // namespace toolformer::lm
