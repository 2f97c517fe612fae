// SPDX-License-Identifier: Apache-2.0
// One pass of the transformer over tokens of several trees, and what follows from its hidden
// states. All that the language model computes goes through here and is counted here. Shapes: N
// tokens of a pass, C hidden.
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
  /// `lm_head_rows`: most rows of logits held at once by logprobs(). The transformer must stay.
  ForwardPass(const Transformer& transformer, std::int64_t lm_head_rows)
      : transformer_(transformer), lm_head_rows_(lm_head_rows) {}

  /// Forwards all nodes of the trees that were not yet, of which there is at least one: their keys
  /// and values are then in their trees, their hidden states behind the final norm are the result
  /// [N, C], tree after tree, in the order of the nodes.
  torch::Tensor forward(std::span<TokenTreeBatch* const> trees, lm::WorkCounters& counters) const;
  /// hidden [n, C] -> logits [n, vocab] float32
  torch::Tensor logits(const torch::Tensor& hidden, lm::WorkCounters& counters) const;
  /// hidden [n, C], targets [n, c] token ids -> [n, c] float32 on the CPU: in row i the natural
  /// log-probabilities that hidden[i] gives to targets[i].
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
