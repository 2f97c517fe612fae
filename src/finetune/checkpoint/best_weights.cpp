// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/checkpoint/best_weights.h"

#include <fmt/format.h>

#include <algorithm>

#include "toolformer/finetune/checkpoint/trained_weights.h"

namespace toolformer::finetune {
namespace {

namespace fs = std::filesystem;

}  // namespace

fs::path BestWeights::file(std::size_t step) const {
  return directory_ / fmt::format("step-{:08}.safetensors", step);
}

bool BestWeights::has(std::size_t step) const {
  return fs::exists(file(step));
}

void BestWeights::save(std::size_t step, const model::Transformer& transformer) const {
  fs::create_directories(directory_);
  save_trained(transformer, file(step));
}

void BestWeights::restore(std::size_t step, const model::Transformer& transformer) const {
  load_trained(file(step), transformer);
}

void BestWeights::keep_only(std::initializer_list<std::optional<std::size_t>> steps) const {
  if (!fs::is_directory(directory_)) return;
  for (const auto& entry : fs::directory_iterator(directory_)) {
    const bool kept = std::any_of(steps.begin(), steps.end(), [&](const auto& step) {
      return step && entry.path() == file(*step);
    });
    if (!kept) fs::remove(entry.path());
  }
}

}  // namespace toolformer::finetune
