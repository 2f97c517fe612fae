// SPDX-License-Identifier: Apache-2.0
// What a model remembers of a token sequence: the keys and values of its last tokens and, behind a
// prefix, the state of those before them, which many sequences may share. Shapes: L layers, G
// key/value heads, S tokens of this state, D head dimension, C hidden.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <vector>

#include "toolformer/lm/language_model.h"
#include "toolformer/model/cpu/shared_attention.h"

namespace toolformer::model {

struct KvSegment : lm::KvCache {
  lm::Prefix parent;             ///< what stands before; empty for the first tokens of a sequence
  std::vector<lm::TokenId> ids;  ///< [S]
  torch::Tensor keys, values;    ///< [L, G, S, D], rotated
  PackedKv shared;               ///< the same for attend_shared(); undefined where it is not used
  torch::Tensor hidden;          ///< [S, C] behind the final norm: what predicts the next tokens
  std::size_t size() const override { return parent.length + ids.size(); }
};

/// The tokens of one state that a sequence begins with.
struct KvSlice {
  const KvSegment* state = nullptr;
  std::int64_t begin = 0;   ///< position of the state's first token in the sequence
  std::int64_t length = 0;  ///< how many of the state's tokens the sequence holds, at least 1
};

/// The states that a prefix consists of, first tokens first; nothing for the empty prefix.
std::vector<KvSlice> kv_slices(const lm::Prefix& prefix);

/// [C] what predicts the token behind a prefix that is not empty.
torch::Tensor last_hidden(const lm::Prefix& prefix);

/// The tokens that some state of the chain holds behind the first `prefix.length` ones, as far as
/// `tokens` agrees with them: these need no forward pass.
std::size_t known_tokens(const lm::Prefix& prefix, std::span<const lm::TokenId> tokens);

}  // namespace toolformer::model
