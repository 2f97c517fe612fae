// SPDX-License-Identifier: Apache-2.0
// Which parameters move.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "toolformer/model/network/transformer.h"

namespace toolformer::finetune {

struct Trainable {
  std::int64_t trained = 0;  ///< numbers in parameters that move
  std::int64_t frozen = 0;
};

/// The parameters of such a model that the patterns match. A pattern is a name with * and ?, or
/// "embeddings": the token embedding, with it a tied head, and learned positions. Throws UsageError
/// for a pattern that matches nothing (it names parameters that exist) and when nothing is left to
/// train.
std::set<std::string> frozen_names(const model::ModelConfig& config,
                                   const std::vector<std::string>& patterns);

/// Sets requires_grad on every parameter: false on those of frozen_names().
Trainable freeze(const model::Transformer& transformer, const std::vector<std::string>& patterns);

}  // namespace toolformer::finetune
