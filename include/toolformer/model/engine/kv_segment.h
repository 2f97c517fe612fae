// SPDX-License-Identifier: Apache-2.0
// The stored keys and values of token sequences, as segments that sequences share. A segment holds
// those of some tokens that follow each other, and points to the segment that stands before them:
//
//   demonstrations  <-  document 1  <-  call tried at token 17, if its cache is kept
//                   <-  document 2
//
// A sequence is a lm::Prefix: a segment and a length, which may cut it anywhere, so that every
// place of a document is a prefix without a copy. Segments never change. Shapes: L layers, G
// key/value heads, S tokens of a segment, D head dimension, C hidden.
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
  torch::Tensor keys, values;    ///< [L, G, S, D]; keys after the rotary embedding, positions are
                                 ///< those of the whole sequence
  PackedKv packed;               ///< the same for attend_shared(); undefined where it is not used
  torch::Tensor hidden;          ///< [S, C] behind the final norm: row i predicts token i + 1
  std::size_t size() const override { return parent.length + ids.size(); }
};

/// The tokens of one segment that a sequence begins with or goes on with.
struct KvSlice {
  const KvSegment* segment = nullptr;
  std::int64_t begin = 0;   ///< position of the segment's first token in the sequence
  std::int64_t length = 0;  ///< how many of its tokens the sequence holds, at least 1
};

/// What a prefix consists of, first tokens first; nothing for the empty prefix. The lengths add up
/// to prefix.length.
std::vector<KvSlice> kv_slices(const lm::Prefix& prefix);

/// [C] the hidden state behind the last token of a prefix that is not empty: it predicts the next.
torch::Tensor last_hidden(const lm::Prefix& prefix);

/// How many of `tokens`, from the first on, are what prefix.cache holds behind prefix.length: their
/// keys and values are there and need no forward pass.
std::size_t cached_tokens(const lm::Prefix& prefix, std::span<const lm::TokenId> tokens);

}  // namespace toolformer::model
