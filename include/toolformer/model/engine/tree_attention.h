// SPDX-License-Identifier: Apache-2.0
// The attention of a pass over many token trees, each behind a prefix of stored keys and values.
// Token i of a pass sees two sets of keys:
//
//   its own: the nodes from its tree's root to itself, in the tree's buffers
//   shared:  the segments of its tree's prefix, which other trees of the pass may have, too
//
// Each is a softmax of its own with its log-sum-exp, and the parts are joined to the softmax over
// all keys (partial_attention.h). A shared segment is attended to once for all its tokens, of
// whatever trees. On the CPU a token's result does not depend on which other trees are in the pass:
// every kernel treats a token's query alone, over keys in an order that only its own sequence
// decides. src/model/engine/README.md draws it. Shapes: N tokens of a pass, L layers, H query
// heads, G key/value heads, D head dimension, S keys of a segment, C hidden.
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

/// A tree without branches that has so many new tokens is attended to by libtorch's causal kernel,
/// a shorter one or a branched one token by token along its paths. They round differently; the
/// choice depends on a tree alone, so that a token's result does not depend on what else is in the
/// pass.
inline constexpr std::int64_t kLeastChain = 64;

/// A tree of tokens behind a prefix, and the keys and values of those that went through the layers.
/// A tree may grow between passes; node n has column n of the buffers for good.
struct TokenTreeBatch {
  lm::Prefix prefix;
  lm::TokenTree tokens;
  std::int64_t forwarded = 0;  ///< the first so many nodes have gone through the layers
  torch::Tensor keys, values;  ///< [L, G, capacity, D], capacity >= nodes; undefined before a pass
};

class TreeAttention : public Attention {
 public:
  /// `options`: device and type of keys and values. The configuration must stay.
  TreeAttention(const ModelConfig& config, torch::TensorOptions options)
      : config_(config), options_(options) {}

  /// The tokens of the next pass are all nodes of these trees that were not forwarded, tree after
  /// tree. Makes room for their keys and values. The trees must stay until end_pass().
  void begin_pass(std::span<TokenTreeBatch* const> trees);
  /// After the last layer: the nodes count as forwarded.
  void end_pass();

  std::vector<lm::TokenId> ids() const;         ///< [N] of the pass
  std::vector<std::int64_t> positions() const;  ///< [N] of each in its whole sequence

  /// Once per layer: writes k and v [N, G, D] to the trees' buffers and gives what q [N, H, D]
  /// attends to, [N, H, D].
  torch::Tensor attend(const AttentionLayer& layer, const torch::Tensor& q, const torch::Tensor& k,
                       const torch::Tensor& v) override;

 private:
  /// The new nodes of one tree: tokens [begin, begin + count) of the pass.
  struct Slice {
    TokenTreeBatch* tree = nullptr;
    std::int64_t begin = 0, count = 0, offset = 0;  // offset: tokens before the tree
    bool causal = false;                            // goes through libtorch's causal kernel
    AncestorRows ancestors;                         // if not
    std::map<std::int64_t, torch::Tensor> masks;    // by window: [count, nodes], 0 or -inf
  };
  /// A segment that n tokens of the pass see, some only its first keys.
  struct SharedSegment {
    const KvSegment* segment = nullptr;
    std::int64_t begin = 0;                       // position of its first key in the sequences
    std::map<std::int64_t, KeyRanges> ranges;     // by window: the tokens and what each sees
    torch::Tensor rows;                           // [n] of the pass; undefined: all of them
    std::map<std::int64_t, torch::Tensor> masks;  // by window: [n, S], 0 or -inf; undefined: none
  };

  Slice slice_of(TokenTreeBatch& tree) const;
  /// Notes that the tokens of the slice see the segments of its prefix. `where`: index by segment.
  void add_segments(const Slice& slice, std::map<const KvSegment*, std::size_t>& where);
  void make_room(TokenTreeBatch& tree) const;
  const torch::Tensor& own_mask(Slice& slice, std::int64_t window) const;
  const KeyRanges& key_ranges(SharedSegment& shared, std::int64_t window) const;
  const torch::Tensor& shared_mask(SharedSegment& shared, std::int64_t window) const;
  /// Fills the slice's rows of `whole`.
  void attend_own(Slice& slice, const AttentionLayer& layer, const torch::Tensor& q,
                  PartialAttention& whole) const;
  /// Joins the segment to the rows of `whole` that see it.
  void attend_shared(SharedSegment& shared, const AttentionLayer& layer, const torch::Tensor& q,
                     PartialAttention& whole) const;

  const ModelConfig& config_;
  torch::TensorOptions options_;
  std::vector<Slice> slices_;
  std::vector<SharedSegment> shared_;
  std::vector<std::int64_t> positions_;
};

/// The sequence that ends with `node`, as a segment behind the tree's prefix: copies the keys and
/// values of the path from the root to the node, all of which were forwarded. `hidden` [path, C] of
/// the same nodes. Short segments before it are copied, too, and left out of the chain.
std::shared_ptr<KvSegment> make_segment(const TokenTreeBatch& tree, lm::TokenTree::Node node,
                                        torch::Tensor hidden);

}  // namespace toolformer::model
