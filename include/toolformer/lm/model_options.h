// SPDX-License-Identifier: Apache-2.0
// The flags of every program that runs a model.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace CLI {
class App;
}

namespace toolformer::lm {

struct ModelOptions {
  std::string model;                  ///< Hugging Face directory or GGUF file
  std::string device = "auto";        ///< cpu | cuda[:i] | auto
  std::string dtype = "auto";         ///< float32 | bfloat16 | float16 | auto
  std::string sample_dtype = "auto";  ///< int8: weights of sampling only | auto, or as dtype
  int threads = 0;                    ///< of all workers; 0: as many as the process may use
  int workers = 1;                    ///< threads that share the model; 0: chosen by the threads
  std::string engine = "cached";      ///< cached | plain (recomputes everything, for comparison)
};

void bind(CLI::App& app, ModelOptions& options);
/// --workers, 0 by default: for stages that work on several documents at once.
void bind_workers(CLI::App& app, ModelOptions& options);
/// --sample-dtype: for stages that sample.
void bind_sample_dtype(CLI::App& app, ModelOptions& options);
void check(const ModelOptions& options);

/// A program's configuration with what each `auto` has become: it decides results.
nlohmann::ordered_json recorded(const ModelOptions& options, nlohmann::ordered_json config);

}  // namespace toolformer::lm
