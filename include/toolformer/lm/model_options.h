// SPDX-License-Identifier: Apache-2.0
// The flags of every program that runs a model.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "toolformer/base/enum_names.h"

namespace CLI {
class App;
}

namespace toolformer::lm {

enum class Dtype { kAuto, kFloat32, kBfloat16, kFloat16 };
constexpr base::Names<4> names_of(Dtype /*type*/) {
  return {"auto", "float32", "bfloat16", "float16"};
}
/// Of the weights that samples are drawn with: Dtype's values in the same order, and one more.
enum class SampleDtype { kAuto, kFloat32, kBfloat16, kFloat16, kInt8 };
constexpr base::Names<5> names_of(SampleDtype /*type*/) {
  return {"auto", "float32", "bfloat16", "float16", "int8"};
}
enum class Engine {
  kCached,
  kPlain,  ///< recomputes everything, for comparison
};
constexpr base::Names<2> names_of(Engine /*type*/) {
  return {"cached", "plain"};
}

struct ModelOptions {
  std::string model;            ///< Hugging Face directory or GGUF file
  std::string device = "auto";  ///< cpu | cuda[:i] | auto
  Dtype dtype = Dtype::kAuto;
  SampleDtype sample_dtype = SampleDtype::kAuto;
  int threads = 0;  ///< of all workers; 0: as many as the process may use
  int workers = 1;  ///< threads that share the model; 0: chosen by the threads
  Engine engine = Engine::kCached;
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
