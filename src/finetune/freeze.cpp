// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/freeze.h"

#include <fmt/ranges.h>
#include <fnmatch.h>

#include <algorithm>

#include "toolformer/base/error.h"
#include "toolformer/model/parameter_layout.h"

namespace toolformer::finetune {
namespace {

bool matches(const model::ModuleNames& modules, const std::string& pattern,
             const std::string& name) {
  if (pattern == "embeddings") {
    return name == modules.embedding + ".weight" ||
           (!modules.positions.empty() && name == modules.positions + ".weight");
  }
  return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

std::string some_names(const model::Parameters& parameters) {
  std::vector<std::string> names;
  const std::size_t step = std::max<std::size_t>(1, parameters.size() / 5);
  std::size_t index = 0;
  for (const auto& entry : parameters) {
    if (index++ % step == 0) names.push_back(entry.first);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

Trainable freeze(const model::Transformer& transformer, const std::vector<std::string>& patterns) {
  const model::ModuleNames modules = model::module_names(transformer.config());
  const model::Parameters& parameters = transformer.parameters();
  for (const std::string& pattern : patterns) {
    const bool used = std::any_of(parameters.begin(), parameters.end(), [&](const auto& entry) {
      return matches(modules, pattern, entry.first);
    });
    if (used) continue;
    base::throw_error<base::UsageError>(
        "--freeze: \"{}\" matches none of the model's {} parameters; some of them: {}", pattern,
        parameters.size(), some_names(parameters));
  }
  Trainable trainable;
  for (const auto& [name, tensor] : parameters) {
    const bool frozen = std::any_of(patterns.begin(), patterns.end(), [&](const auto& pattern) {
      return matches(modules, pattern, name);
    });
    tensor.set_requires_grad(!frozen);
    (frozen ? trainable.frozen : trainable.trained) += tensor.numel();
  }
  if (trainable.trained == 0) {
    base::throw_error<base::UsageError>(
        "--freeze: {} freezes all {} parameters, nothing is left to train",
        fmt::join(patterns, ", "), parameters.size());
  }
  return trainable;
}

}  // namespace toolformer::finetune
