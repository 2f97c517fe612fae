// SPDX-License-Identifier: Apache-2.0
// The trained parameters as they were at the best validation, as DIR/step-00000120.safetensors.
// An older one stays until a checkpoint knows of the newer: a run that is killed in between goes on
// from a checkpoint that names the older.
#pragma once

#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <optional>

#include "toolformer/model/network/transformer.h"

namespace toolformer::finetune {

class BestWeights {
 public:
  /// `directory` need not exist.
  explicit BestWeights(std::filesystem::path directory) : directory_(std::move(directory)) {}

  bool has(std::size_t step) const;
  /// Replaces one of the same step.
  void save(std::size_t step, const model::Transformer& transformer) const;
  /// Into the parameters that require a gradient. Throws DataError when they are not those that
  /// were saved.
  void restore(std::size_t step, const model::Transformer& transformer) const;
  /// Removes those of all other steps.
  void keep_only(std::initializer_list<std::optional<std::size_t>> steps) const;

 private:
  std::filesystem::path file(std::size_t step) const;

  std::filesystem::path directory_;
};

}  // namespace toolformer::finetune
