// SPDX-License-Identifier: Apache-2.0
#include "toolformer/lm/token_tree.h"

#include <algorithm>

namespace toolformer::lm {

TokenTree::Node TokenTree::add(Node parent, text::TokenId id) {
  const auto [child, added] = children_.try_emplace({parent, id}, static_cast<Node>(size()));
  if (!added) return child->second;
  ids_.push_back(id);
  parents_.push_back(parent);
  depths_.push_back(parent == kRoot ? 0 : depth(parent) + 1);
  deepest_ = std::max(deepest_, depths_.back());
  return child->second;
}

TokenTree::Node TokenTree::add(Node parent, std::span<const text::TokenId> ids) {
  for (const text::TokenId id : ids) parent = add(parent, id);
  return parent;
}

bool TokenTree::begins(std::span<const text::TokenId> ids) const {
  return is_chain() && ids.size() >= size() && std::equal(ids_.begin(), ids_.end(), ids.begin());
}

std::vector<TokenTree::Node> TokenTree::path(Node node) const {
  std::vector<Node> nodes;
  for (; node != kRoot; node = parent(node)) nodes.push_back(node);
  std::reverse(nodes.begin(), nodes.end());
  return nodes;
}

}  // namespace toolformer::lm
