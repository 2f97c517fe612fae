// SPDX-License-Identifier: Apache-2.0
// Low-rank adaptation (Hu et al. 2021, arXiv 2106.09685): the model's own weights stay as they are,
// matrices of its layers get a product of two thin ones beside them. Rows of tokens that the run
// adds to the vocabulary are trained too, as parameters of their own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "toolformer/finetune/training/freeze.h"
#include "toolformer/finetune/training/vocabulary.h"
#include "toolformer/model/architecture/parameter_layout.h"
#include "toolformer/model/network/transformer.h"

namespace toolformer::finetune {

struct AdapterOptions {
  std::int64_t rank = 0;
  double alpha = 0;                  ///< the product counts alpha / rank
  std::vector<std::string> targets;  ///< modules: whole names or their last parts, * and ?
  std::uint64_t seed = 0;            ///< of A; B is zero, so that nothing changes at first
};

/// The matrices of such a model that get an adapter. Throws UsageError for a target that matches no
/// matrix of a layer, naming those there are.
std::vector<model::LayerMatrix> adapted_matrices(const model::ModelConfig& config,
                                                 const std::vector<std::string>& targets);

/// Adapters for adapted_matrices(). Afterwards only what was added requires a gradient. A is drawn
/// as by PEFT, uniform within 1 / sqrt(in) (Kaiming with a = sqrt(5)), keyed by seed and module.
Trainable add_adapters(model::Transformer& transformer, const AdapterOptions& options,
                       const std::vector<AddedToken>& tokens);

/// The adapters as a directory of PEFT: adapter_config.json and adapter_model.safetensors. Where
/// tokens were added, PEFT's user resizes the embedding of `base_model` before loading it.
void export_adapters(const model::Transformer& transformer, const AdapterOptions& options,
                     const std::string& base_model, const std::filesystem::path& directory);

}  // namespace toolformer::finetune
