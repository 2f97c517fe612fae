// SPDX-License-Identifier: Apache-2.0
// Cross-entropy of the language-model head over chunks of rows: [rows, vocab] never exists, forward
// and backward of a chunk happen at once (Wijmans et al., "Cut your losses in large-vocabulary
// language models", arXiv 2411.09009, the plain form). Shapes: M rows with a loss, C hidden width,
// V vocabulary.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <optional>

#include "toolformer/model/transformer.h"

namespace toolformer::finetune {

/// The head of a model, tied or not.
struct Head {
  torch::Tensor weight;  ///< [V, C]
  torch::Tensor bias;    ///< [V], or undefined
};
Head head_of(const model::Transformer& transformer);

struct HeadLoss {
  torch::Tensor losses;       ///< [M] float32, -log p(target) in nats
  torch::Tensor hidden_grad;  ///< [M, C], of scale * sum(losses); undefined without gradients
};

/// hidden [M, C], targets [M] int64. With `scale` given, adds the gradient of scale * sum(losses)
/// to the `grad` of the head's parameters that require one, and returns it for the hidden states;
/// without, only the losses. `chunk_rows` 0: as many rows as kChunkBytes of logits allow.
HeadLoss head_loss(const torch::Tensor& hidden, const Head& head, const torch::Tensor& targets,
                   std::optional<double> scale, std::int64_t chunk_rows = 0);

inline constexpr std::int64_t kChunkBytes = std::int64_t{128} << 20;

}  // namespace toolformer::finetune
