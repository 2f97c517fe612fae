// SPDX-License-Identifier: Apache-2.0
// The flags of every program that runs a model.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace toolformer::lm {

struct ModelOptions {
  std::string model;              ///< Hugging Face directory or GGUF file
  std::string device = "auto";    ///< cpu | cuda[:i] | auto
  std::string dtype = "auto";     ///< float32 | bfloat16 | auto
  int threads = 0;                ///< 0: as many as the process may use
  std::string engine = "cached";  ///< cached | plain (recomputes everything, for comparison)
};

void bind(CLI::App& app, ModelOptions& options);
void check(const ModelOptions& options);

}  // namespace toolformer::lm
