// SPDX-License-Identifier: Apache-2.0
// Many continuations ("rows") of one stored token sequence, computed together: every row sees the
// first `limit` tokens of the sequence and its own tokens, never another row's. One row that
// follows the whole sequence is the ordinary use of a KV cache. Shapes: N tokens of a pass, S
// stored tokens, M own tokens so far, H query heads, G key/value heads, D head dimension.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "toolformer/lm/language_model.h"
#include "toolformer/model/attention.h"
#include "toolformer/model/config.h"

namespace toolformer::model {

/// Keys and values of a token sequence, and what the final norm gave at each token (so that the
/// probabilities behind any of its tokens need no forward pass).
struct CachedState : lm::State {
  std::vector<torch::Tensor> keys;    // [layers] of [G, S, D]
  std::vector<torch::Tensor> values;  // [layers] of [G, S, D]
  torch::Tensor hidden;               // [S, hidden]
  std::size_t size() const override { return static_cast<std::size_t>(hidden.size(0)); }
};

/// One token of a pass: whose it is and where it stands in its row's whole sequence.
struct RowToken {
  std::int64_t row = 0;
  std::int64_t position = 0;
};

class BranchAttention : public Attention {
 public:
  /// `base` may be null (then all limits are 0). `limits[r]`: how many stored tokens row r sees.
  /// `capacity`: own tokens of all rows together, at most.
  BranchAttention(const ModelConfig& config, torch::TensorOptions options, const CachedState* base,
                  std::vector<std::int64_t> limits, std::int64_t capacity);

  /// Announces the tokens of the next forward pass. Tokens of one row come in the order of their
  /// positions.
  void begin_pass(const std::vector<RowToken>& tokens);

  torch::Tensor attend(const AttentionLayer& layer, const torch::Tensor& q, const torch::Tensor& k,
                       const torch::Tensor& v) override;

  /// Keys and values of a row's sequence so far; `hidden` [S, hidden] is the caller's.
  std::shared_ptr<CachedState> state_of(std::int64_t row, torch::Tensor hidden) const;

 private:
  torch::Tensor mask_for(std::int64_t window);  // [N, S + M], 0 or -inf

  std::int64_t stored_ = 0;  // S
  std::vector<std::int64_t> limits_;
  std::vector<torch::Tensor> keys_, values_;  // [layers] of [G, S + capacity, D]
  std::vector<RowToken> own_;                 // M, the tokens of this pass last
  std::int64_t pass_ = 0;                     // N
  torch::TensorOptions options_;
  std::map<std::int64_t, torch::Tensor> masks_;  // of this pass, by window
};

}  // namespace toolformer::model
