// SPDX-License-Identifier: Apache-2.0
// Samples continuations of one stored state together, one token of every live row a pass; a
// finished row leaves at once. Rows decode independently: what one row draws depends on its own key
// alone.
#pragma once

#include <torch/torch.h>

#include <span>
#include <vector>

#include "toolformer/lm/language_model.h"
#include "toolformer/model/row_pass.h"

namespace toolformer::model {

class RowSampler {
 public:
  /// All requests continue the same state (or, if only one, nothing).
  RowSampler(const Transformer& transformer, const RowPass& pass, std::span<const lm::TokenId> ends,
             std::vector<const lm::SampleRequest*> requests, lm::Ledger& ledger);

  std::vector<lm::Sampled> run();

 private:
  struct Row {
    const lm::SampleRequest* request = nullptr;
    std::size_t limit = 0;  // most tokens this row may sample
    torch::Tensor last;     // [hidden], what predicts the next token
    torch::Tensor hidden;   // [own tokens so far, hidden], if the state is kept
    bool live = true;
    bool unread = false;  // its last token was chosen, but has not gone through the layers
  };

  void read_heads(BranchAttention& attention);
  void choose_tokens();
  void feed(BranchAttention& attention);
  void finish(std::size_t row, lm::Sampled::Reason reason);
  void keep_states(BranchAttention& attention);
  std::int64_t position(std::size_t row) const;  // of the next token to be fed

  const Transformer& transformer_;
  const RowPass& pass_;
  std::span<const lm::TokenId> ends_;
  const CachedState* base_;
  std::vector<Row> rows_;
  std::vector<lm::Sampled> sampled_;
  lm::Ledger& ledger_;
};

}  // namespace toolformer::model
