// SPDX-License-Identifier: Apache-2.0
// One forward pass over tokens of several rows, and what the language model reads off it. Counts
// its work.
#pragma once

#include <torch/torch.h>

#include <span>
#include <vector>

#include "toolformer/lm/language_model.h"
#include "toolformer/model/branch_attention.h"
#include "toolformer/model/transformer.h"

namespace toolformer::model {

/// Tokens of a pass, row after row or step after step.
struct RowTokens {
  std::vector<lm::TokenId> ids;
  std::vector<RowToken> places;
  /// Appends tokens of a row, the first of them at `position` of the row's whole sequence.
  void add(std::int64_t row, std::int64_t position, std::span<const lm::TokenId> tokens);
};

class RowPass {
 public:
  /// `head_rows`: rows of logits held at once.
  RowPass(const Transformer& transformer, std::int64_t head_rows)
      : transformer_(transformer), head_rows_(head_rows) {}

  /// Rows that continue the first `limits[r]` tokens of `base`; `capacity` own tokens of all rows
  /// together.
  BranchAttention branch(const CachedState* base, std::vector<std::int64_t> limits,
                         std::int64_t capacity) const;
  /// -> hidden [N, hidden]
  torch::Tensor forward(const RowTokens& tokens, BranchAttention& attention,
                        lm::Ledger& ledger) const;
  /// hidden [n, hidden] -> logits [n, vocab]
  torch::Tensor logits(const torch::Tensor& hidden, lm::Ledger& ledger) const;
  /// hidden [n, hidden], targets [n, c] token ids -> log-probabilities [n, c] on the CPU, few rows
  /// of logits at a time.
  torch::Tensor logprobs(const torch::Tensor& hidden, const torch::Tensor& targets,
                         lm::Ledger& ledger) const;

 private:
  const Transformer& transformer_;
  std::int64_t head_rows_;
};

/// ids as a tensor [n] int64 on the CPU.
torch::Tensor id_tensor(std::span<const lm::TokenId> ids);

/// Throws DataError when prefix + tokens do not fit the model's context.
void check_context(const ModelConfig& config, std::size_t prefix, std::size_t tokens);

/// The stored state behind a prefix; null for the empty one.
const CachedState* cached_state(const lm::Prefix& prefix);

}  // namespace toolformer::model
