// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/engine/tree_attention.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "toolformer/model/engine/partial_attention.h"

namespace toolformer::model {
namespace {

// A shorter segment is copied into the one behind it: attending to it apart would cost more.
constexpr std::size_t kLeastSegment = 128;
constexpr float kHidden = -std::numeric_limits<float>::infinity();

torch::Tensor index_tensor(const std::vector<std::int64_t>& index, torch::Device device) {
  return torch::tensor(index, torch::kInt64).to(device);
}

/// Whether the kernels written out for the CPU serve these tensors.
bool has_kernels(const torch::TensorOptions& options) {
  return options.device().is_cpu() && options.dtype() == torch::kFloat32;
}

}  // namespace

void TreeAttention::begin_pass(std::span<TokenTreeBatch* const> trees) {
  slices_.clear();
  shared_.clear();
  positions_.clear();
  std::map<const KvSegment*, std::size_t> where;
  for (TokenTreeBatch* tree : trees) {
    Slice slice = slice_of(*tree);
    for (auto node = tree->forwarded; node < tree->forwarded + slice.count; ++node)
      positions_.push_back(slice.offset +
                           tree->tokens.depth(static_cast<lm::TokenTree::Node>(node)));
    add_segments(slice, where);
    make_room(*tree);
    slices_.push_back(std::move(slice));
  }
  if (has_kernels(options_)) return;
  for (SharedSegment& shared : shared_) {
    const std::vector<std::int64_t>& tokens = key_ranges(shared, 0).tokens;
    if (tokens.size() < positions_.size()) shared.rows = index_tensor(tokens, options_.device());
  }
}

TreeAttention::Slice TreeAttention::slice_of(TokenTreeBatch& tree) const {
  Slice slice{.tree = &tree,
              .begin = static_cast<std::int64_t>(positions_.size()),
              .count = static_cast<std::int64_t>(tree.tokens.size()) - tree.forwarded,
              .offset = static_cast<std::int64_t>(tree.prefix.length)};
  slice.causal = tree.forwarded == 0 && slice.count >= kLeastChain && tree.tokens.is_chain();
  slice.ancestors.begin = slice.begin;
  if (slice.causal) return slice;
  for (auto node = tree.forwarded; node < tree.forwarded + slice.count; ++node)
    slice.ancestors.nodes.push_back(tree.tokens.path(static_cast<lm::TokenTree::Node>(node)));
  return slice;
}

void TreeAttention::add_segments(const Slice& slice,
                                 std::map<const KvSegment*, std::size_t>& where) {
  for (const KvSlice& part : kv_slices(slice.tree->prefix)) {
    const auto [found, added] = where.try_emplace(part.segment, shared_.size());
    if (added) shared_.push_back({.segment = part.segment, .begin = part.begin});
    KeyRanges& all = shared_[found->second].ranges[0];
    for (std::int64_t i = 0; i < slice.count; ++i) {
      all.tokens.push_back(slice.begin + i);
      all.first.push_back(0);
      all.behind.push_back(part.length);
    }
  }
}

void TreeAttention::end_pass() {
  for (Slice& slice : slices_) slice.tree->forwarded += slice.count;
  slices_.clear();
  shared_.clear();
}

std::vector<lm::TokenId> TreeAttention::ids() const {
  std::vector<lm::TokenId> ids;
  for (const Slice& slice : slices_)
    for (auto node = slice.tree->forwarded; node < slice.tree->forwarded + slice.count; ++node)
      ids.push_back(slice.tree->tokens.id(static_cast<lm::TokenTree::Node>(node)));
  return ids;
}

std::vector<std::int64_t> TreeAttention::positions() const {
  return positions_;
}

void TreeAttention::make_room(TokenTreeBatch& tree) const {
  const auto needed = static_cast<std::int64_t>(tree.tokens.size());
  const auto there = tree.keys.defined() ? tree.keys.size(2) : 0;
  if (needed <= there) return;
  const auto capacity = there == 0 ? needed : std::max(needed, there + there / 2 + 16);
  for (auto* buffer : {&tree.keys, &tree.values}) {
    auto larger =
        torch::empty({config_.layers, config_.kv_heads, capacity, config_.head_dim}, options_);
    if (tree.forwarded > 0)
      larger.narrow(2, 0, tree.forwarded).copy_(buffer->narrow(2, 0, tree.forwarded));
    *buffer = std::move(larger);
  }
}

const torch::Tensor& TreeAttention::own_mask(Slice& slice, std::int64_t window) const {
  const auto [found, added] = slice.masks.try_emplace(window);
  if (!added) return found->second;
  const lm::TokenTree& tree = slice.tree->tokens;
  const auto nodes = static_cast<std::int64_t>(tree.size());
  auto mask = torch::full({slice.count, nodes}, kHidden, torch::kFloat32);
  float* row = mask.data_ptr<float>();
  for (std::int64_t i = 0; i < slice.count; ++i, row += nodes) {
    const auto self = static_cast<lm::TokenTree::Node>(slice.tree->forwarded + i);
    for (auto node = self; node != lm::TokenTree::kRoot; node = tree.parent(node))
      if (window == 0 || tree.depth(self) - tree.depth(node) < window) row[node] = 0;
  }
  return found->second = mask.to(options_);
}

const KeyRanges& TreeAttention::key_ranges(SharedSegment& shared, std::int64_t window) const {
  const auto [found, added] = shared.ranges.try_emplace(window);
  if (!added) return found->second;
  KeyRanges& seen = found->second = shared.ranges.at(0);
  for (std::size_t i = 0; i < seen.tokens.size(); ++i) {
    const auto position = positions_[static_cast<std::size_t>(seen.tokens[i])];
    seen.first[i] = std::max<std::int64_t>(0, position - window + 1 - shared.begin);
  }
  return seen;
}

const torch::Tensor& TreeAttention::shared_mask(SharedSegment& shared, std::int64_t window) const {
  const auto [found, added] = shared.masks.try_emplace(window);
  if (!added) return found->second;
  const auto size = static_cast<std::int64_t>(shared.segment->ids.size());
  const KeyRanges& seen = key_ranges(shared, window);
  bool sees_all = true;
  for (std::size_t i = 0; i < seen.tokens.size(); ++i)
    sees_all = sees_all && seen.behind[i] == size && seen.first[i] <= 0;
  if (sees_all) return found->second;
  const auto key = torch::arange(size);
  const auto visible = (key < torch::tensor(seen.behind, torch::kInt64).unsqueeze(1)) &
                       (key >= torch::tensor(seen.first, torch::kInt64).unsqueeze(1));
  const auto mask = torch::zeros(visible.sizes()).masked_fill(~visible, kHidden);
  return found->second = mask.to(options_);
}

void TreeAttention::attend_own(Slice& slice, const AttentionLayer& layer, const torch::Tensor& q,
                               PartialAttention& whole) const {
  const TokenTreeBatch& tree = *slice.tree;
  const auto keys = tree.keys[layer.index], values = tree.values[layer.index];
  const bool windowed = layer.window > 0 && tree.tokens.deepest() >= layer.window;
  const auto window = windowed ? layer.window : 0;
  if (!slice.causal && has_kernels(options_))
    return attend_ancestors(slice.ancestors, q, keys, values, window, layer.scale, whole.out,
                            whole.lse);
  const auto nodes = static_cast<std::int64_t>(tree.tokens.size());
  const auto mask = slice.causal && !windowed ? torch::Tensor() : own_mask(slice, window);
  const auto attend = slice.causal ? attend_chain : attend_part;
  const auto part = attend(q.narrow(0, slice.begin, slice.count), keys.narrow(1, 0, nodes),
                           values.narrow(1, 0, nodes), mask, layer.scale);
  whole.out.narrow(0, slice.begin, slice.count).copy_(part.out);
  whole.lse.narrow(0, slice.begin, slice.count).copy_(part.lse);
}

void TreeAttention::attend_shared(SharedSegment& shared, const AttentionLayer& layer,
                                  const torch::Tensor& q, PartialAttention& whole) const {
  if (has_kernels(options_)) {
    model::attend_shared(key_ranges(shared, layer.window), q,
                         shared.segment->packed.layer(layer.index), layer.scale, whole.out,
                         whole.lse);
    return;
  }
  const bool all = !shared.rows.defined();
  const auto part = attend_part(
      all ? q : q.index_select(0, shared.rows), shared.segment->keys[layer.index],
      shared.segment->values[layer.index], shared_mask(shared, layer.window), layer.scale);
  join(whole, part, shared.rows);
}

torch::Tensor TreeAttention::attend(const AttentionLayer& layer, const torch::Tensor& query,
                                    const torch::Tensor& k, const torch::Tensor& v) {
  const auto q = query.contiguous();
  const auto wide = q.options().dtype(torch::kFloat32);
  PartialAttention whole{torch::empty(q.sizes(), wide), torch::empty({q.size(0), q.size(1)}, wide)};
  for (Slice& slice : slices_) {
    const auto write = [&](const torch::Tensor& stored, const torch::Tensor& fresh) {
      stored[layer.index]
          .narrow(1, slice.tree->forwarded, slice.count)
          .copy_(fresh.narrow(0, slice.begin, slice.count).transpose(0, 1));
    };
    write(slice.tree->keys, k);
    write(slice.tree->values, v);
    attend_own(slice, layer, q, whole);
  }
  for (SharedSegment& shared : shared_) attend_shared(shared, layer, q, whole);
  return whole.out.to(q.scalar_type());
}

std::shared_ptr<KvSegment> make_segment(const TokenTreeBatch& tree, lm::TokenTree::Node node,
                                        torch::Tensor hidden) {
  auto segment = std::make_shared<KvSegment>();
  const std::vector<lm::TokenTree::Node> path = tree.tokens.path(node);
  const auto where = index_tensor({path.begin(), path.end()}, tree.keys.device());
  std::vector<torch::Tensor> keys = {tree.keys.index_select(2, where)};
  std::vector<torch::Tensor> values = {tree.values.index_select(2, where)};
  std::vector<torch::Tensor> rows = {std::move(hidden)};
  for (const auto each : path) segment->ids.push_back(tree.tokens.id(each));
  segment->parent = tree.prefix;
  for (auto slices = kv_slices(tree.prefix); !slices.empty(); slices.pop_back()) {
    const auto [before, begin, length] = slices.back();
    if (static_cast<std::size_t>(length) >= kLeastSegment) break;
    keys.insert(keys.begin(), before->keys.narrow(2, 0, length));
    values.insert(values.begin(), before->values.narrow(2, 0, length));
    rows.insert(rows.begin(), before->hidden.narrow(0, 0, length));
    segment->ids.insert(segment->ids.begin(), before->ids.begin(), before->ids.begin() + length);
    segment->parent = {begin > 0 ? before->parent.cache : nullptr, static_cast<std::size_t>(begin)};
  }
  segment->keys = torch::cat(keys, 2);
  segment->values = torch::cat(values, 2);
  segment->hidden = torch::cat(rows);
  if (has_kernels(segment->keys.options()))
    segment->packed = pack_kv(segment->keys, segment->values);
  return segment;
}

}  // namespace toolformer::model
