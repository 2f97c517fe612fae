// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/training/freeze.h"

#include <fmt/ranges.h>
#include <fnmatch.h>

#include <algorithm>

#include "toolformer/base/error.h"
#include "toolformer/model/architecture/parameter_layout.h"

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

std::string some_names(const model::Shapes& shapes) {
  std::vector<std::string> names;
  const std::size_t step = std::max<std::size_t>(1, shapes.size() / 5);
  std::size_t index = 0;
  for (const auto& entry : shapes) {
    if (index++ % step == 0) names.push_back(entry.first);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

std::set<std::string> frozen_names(const model::ModelConfig& config,
                                   const std::vector<std::string>& patterns) {
  const model::ModuleNames modules = model::module_names(config);
  const model::Shapes shapes = model::parameter_shapes(config);
  std::set<std::string> frozen;
  for (const std::string& pattern : patterns) {
    bool used = false;
    for (const auto& entry : shapes) {
      if (!matches(modules, pattern, entry.first)) continue;
      used = true;
      frozen.insert(entry.first);
    }
    if (used) continue;
    base::throw_error<base::UsageError>(
        "--freeze: \"{}\" matches none of the model's {} parameters; some of them: {}", pattern,
        shapes.size(), some_names(shapes));
  }
  if (frozen.size() == shapes.size()) {
    base::throw_error<base::UsageError>(
        "--freeze: {} freezes all {} parameters, nothing is left to train",
        fmt::join(patterns, ", "), shapes.size());
  }
  return frozen;
}

Trainable freeze(const model::Transformer& transformer, const std::vector<std::string>& patterns) {
  const std::set<std::string> names = frozen_names(transformer.config(), patterns);
  Trainable trainable;
  for (const auto& [name, tensor] : transformer.parameters()) {
    const bool frozen = names.contains(name);
    tensor.set_requires_grad(!frozen);
    (frozen ? trainable.frozen : trainable.trained) += tensor.numel();
  }
  return trainable;
}

}  // namespace toolformer::finetune
