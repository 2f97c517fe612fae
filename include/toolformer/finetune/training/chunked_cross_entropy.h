// SPDX-License-Identifier: Apache-2.0
// Cross-entropy of the language-model head over blocks of the vocabulary: [rows, vocab] never
// exists (Wijmans et al., "Cut your losses in large-vocabulary language models", arXiv 2411.09009).
// A first pass finds the normalisers, a second computes each block of logits again for its
// gradients: one more product, but the head's weight and gradient go through memory once a call,
// not once a few rows. Shapes: M rows with a loss, C hidden width, V vocabulary.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <optional>

#include "toolformer/model/network/transformer.h"

namespace toolformer::finetune {

/// The head of a model, tied or not.
struct Head {
  torch::Tensor weight;  ///< [V, C]
  torch::Tensor bias;    ///< [V], or undefined
  torch::Tensor rows;    ///< [n, C], rows of the weight that are a parameter of their own, if any
  std::int64_t first_row = 0;
};
Head head_of(const model::Transformer& transformer);

struct CrossEntropy {
  torch::Tensor losses;       ///< [M] float32, -log p(target) in nats
  torch::Tensor hidden_grad;  ///< [M, C], of scale * sum(losses); undefined without gradients
};

/// hidden [M, C], targets [M] int64. With `scale` given, adds the gradient of scale * sum(losses)
/// to the `grad` of the head's parameters that require one, and returns it for the hidden states;
/// without, only the losses. `block`: how many of V at once; 0: at most V / kBlocks and kBlockBytes
/// of logits, so that all of its memory stays below a tenth of [M, V].
CrossEntropy chunked_cross_entropy(const torch::Tensor& hidden, const Head& head,
                                   const torch::Tensor& targets, std::optional<double> scale,
                                   std::int64_t block = 0);

inline constexpr std::int64_t kBlocks = 48;
inline constexpr std::int64_t kBlockBytes = std::int64_t{16} << 20;

}  // namespace toolformer::finetune
