// SPDX-License-Identifier: Apache-2.0
// One forward pass over the new tokens of some trees, and what the language model reads off it.
// Counts its work.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <span>

#include "toolformer/lm/language_model.h"
#include "toolformer/model/engine/tree_attention.h"
#include "toolformer/model/network/transformer.h"

namespace toolformer::model {

/// `counters` may be counted in by several threads at once.
class ForwardPass {
 public:
  /// `lm_head_rows`: rows of logits held at once.
  ForwardPass(const Transformer& transformer, std::int64_t lm_head_rows)
      : transformer_(transformer), lm_head_rows_(lm_head_rows) {}

  /// Reads all unread nodes of the trees -> hidden [N, C], tree after tree. At least one is unread.
  torch::Tensor read(std::span<TokenTreeBatch* const> trees, lm::WorkCounters& counters) const;
  /// hidden [n, C] -> logits [n, vocab] float32
  torch::Tensor logits(const torch::Tensor& hidden, lm::WorkCounters& counters) const;
  /// hidden [n, C], targets [n, c] token ids -> log-probabilities [n, c] on the CPU, few rows of
  /// logits at a time.
  torch::Tensor logprobs(const torch::Tensor& hidden, const torch::Tensor& targets,
                         lm::WorkCounters& counters) const;

 private:
  const Transformer& transformer_;
  std::int64_t lm_head_rows_;
};

/// ids as a tensor [n] int64 on the CPU.
torch::Tensor id_tensor(std::span<const lm::TokenId> ids);

/// Throws DataError when prefix + tokens do not fit the model's context.
void check_context(const ModelConfig& config, std::size_t prefix, std::size_t tokens);

}  // namespace toolformer::model
