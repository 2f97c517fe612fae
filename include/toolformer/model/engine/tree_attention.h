// SPDX-License-Identifier: Apache-2.0
// Many continuations of many stored sequences, computed together. A token sees the prefix of its
// tree and its own ancestors. What several trees share (the demonstrations, a document) is attended
// to once for all their tokens; the parts are joined by their log-sum-exp. On the CPU a token's
// result does not depend on which other trees are in the pass. Shapes: N tokens of a pass, L
// layers, H query heads, G key/value heads, D head dimension, C hidden.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "toolformer/lm/token_tree.h"
#include "toolformer/model/architecture/config.h"
#include "toolformer/model/cpu/ancestor_attention.h"
#include "toolformer/model/cpu/shared_attention.h"
#include "toolformer/model/engine/kv_segment.h"
#include "toolformer/model/engine/partial_attention.h"
#include "toolformer/model/network/attention.h"

namespace toolformer::model {

/// A chain of so many tokens goes through libtorch's kernel, a shorter one or a tree along its
/// paths: which of them rounds a token's result must not depend on what else is scored.
inline constexpr std::int64_t kLeastChain = 64;

/// A tree of tokens behind a prefix, and what is stored of those that were read.
struct TokenTreeBatch {
  lm::Prefix prefix;
  lm::TokenTree tokens;
  std::int64_t read = 0;       ///< the first `read` nodes have gone through the layers
  torch::Tensor keys, values;  ///< [L, G, capacity, D]
};

class TreeAttention : public Attention {
 public:
  TreeAttention(const ModelConfig& config, torch::TensorOptions options)
      : config_(config), options_(options) {}

  /// The next pass reads all unread nodes of these trees, tree after tree. They must stay until
  /// end_pass().
  void begin_pass(std::span<TokenTreeBatch* const> trees);
  void end_pass();

  std::vector<lm::TokenId> ids() const;         ///< [N] of the pass
  std::vector<std::int64_t> positions() const;  ///< [N] of each in its whole sequence

  torch::Tensor attend(const AttentionLayer& layer, const torch::Tensor& q, const torch::Tensor& k,
                       const torch::Tensor& v) override;

 private:
  /// The new nodes of one tree: tokens [begin, begin + count) of the pass.
  struct Slice {
    TokenTreeBatch* tree = nullptr;
    std::int64_t begin = 0, count = 0, offset = 0;  // offset: tokens before the tree
    bool causal = false;                            // a first run of tokens without branches
    AncestorRows ancestors;
    std::map<std::int64_t, torch::Tensor> masks;  // by window: [count, nodes], 0 or -inf
  };
  /// A state that tokens of the pass see, some only its first keys.
  struct Shared {
    const KvSegment* state = nullptr;
    std::int64_t begin = 0;
    std::map<std::int64_t, KeyRanges> ranges;     // by window
    torch::Tensor rows;                           // [n] of the pass; undefined: all of them
    std::map<std::int64_t, torch::Tensor> masks;  // by window: [n, S], 0 or -inf; undefined: none
  };

  Slice slice_of(TokenTreeBatch& tree) const;
  void share(const Slice& slice, std::map<const KvSegment*, std::size_t>& where);
  void make_room(TokenTreeBatch& tree) const;
  const torch::Tensor& own_mask(Slice& slice, std::int64_t window) const;
  const KeyRanges& key_ranges(Shared& shared, std::int64_t window) const;
  const torch::Tensor& shared_mask(Shared& shared, std::int64_t window) const;
  void attend_own(Slice& slice, const AttentionLayer& layer, const torch::Tensor& q,
                  PartialAttention& whole) const;
  void attend_shared(Shared& shared, const AttentionLayer& layer, const torch::Tensor& q,
                     PartialAttention& whole) const;

  const ModelConfig& config_;
  torch::TensorOptions options_;
  std::vector<Slice> slices_;
  std::vector<Shared> shared_;
  std::vector<std::int64_t> positions_;
};

/// The sequence that ends with `node`, as a state of its own. `hidden` [nodes of the path, C].
std::shared_ptr<KvSegment> state_of(const TokenTreeBatch& tree, lm::TokenTree::Node node,
                                    torch::Tensor hidden);

}  // namespace toolformer::model
