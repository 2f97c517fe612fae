// SPDX-License-Identifier: Apache-2.0
#include "toolformer/lm/model_options.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <regex>

#include "toolformer/base/choice_flag.h"
#include "toolformer/base/error.h"
#include "toolformer/base/number_flag.h"
#include "toolformer/formats/model_path.h"

namespace toolformer::lm {

void bind(CLI::App& app, ModelOptions& options) {
  app.add_option("--model", options.model, "Hugging Face directory or GGUF file")
      ->type_name("DIR_OR_GGUF");
  app.add_option("--device", options.device, "cpu, cuda, cuda:<index> or auto");
  base::add_choice(app, "dtype", options.dtype, "auto: float32 on a CPU, bfloat16 on CUDA");
  base::take_count(app.add_option("--threads", options.threads,
                                  "processors to use; 0: as many as the process may use"),
                   {.most = 4096});
  base::add_choice(app, "engine", options.engine,
                   "plain: recompute everything (slow, for comparison)");
}

void bind_workers(CLI::App& app, ModelOptions& options) {
  options.workers = 0;
  base::take_count(
      app.add_option(
          "--workers", options.workers,
          "documents worked on at once, which share the threads and the weights; changes no "
          "result; 0: one for each thread, at most 4, on CUDA 1"),
      {.most = 1024});
}

void bind_sample_dtype(CLI::App& app, ModelOptions& options) {
  base::add_choice(
      app, "sample-dtype", options.sample_dtype,
      "weights that samples are drawn with: int8 (faster, a little less exact; on a CPU with "
      "--dtype float32) or auto: as --dtype; places and losses always follow --dtype");
}

void check(const ModelOptions& options) {
  if (options.model.empty())
    throw base::UsageError("--model is required: a Hugging Face directory or a GGUF file");
  if (!std::filesystem::exists(options.model)) {
    // "organisation/name", as models are called where they are fetched from.
    static const std::regex name("[A-Za-z0-9][\\w.-]*(/[\\w.-]+)?");
    const bool is_address = options.model.find("://") != std::string::npos;
    const bool is_name = std::regex_match(options.model, name) && !options.model.ends_with(".gguf");
    base::throw_error<base::UsageError>(
        "--model {}: no such file or directory{}", options.model,
        is_address || is_name
            ? "; models are not fetched from elsewhere: hf download NAME --local-dir DIR does that"
            : "");
  }
  formats::refuse_no_model(options.model);
  static const std::regex device("auto|cpu|cuda(:[0-9]{1,3})?");
  if (!std::regex_match(options.device, device)) {
    base::throw_error<base::UsageError>("--device {}: expected cpu, cuda, cuda:<index> or auto",
                                        options.device);
  }
}

nlohmann::ordered_json recorded(const ModelOptions& options, nlohmann::ordered_json config) {
  config["device"] = options.device;
  config["dtype"] = base::name_of(options.dtype);
  if (config.contains("sample-dtype")) config["sample-dtype"] = base::name_of(options.sample_dtype);
  return config;
}

}  // namespace toolformer::lm
