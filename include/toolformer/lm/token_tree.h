// SPDX-License-Identifier: Apache-2.0
// Continuations of one sequence as a tree (a trie of token ids): what several begin with in common
// is there, and goes through the model, once. Samples of one prompt, and texts with a call and
// without its result, share most of their tokens.
//
//   " [Calc(4 + 4)"   root - " [Calc(" - "4" - " + " - "4" - ")"     nodes 0 1 2 3 4
//   " [Calc(4 * 4)"                        \ - " * " - "4" - ")"     nodes 5 6 7
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "toolformer/text/tokenizer.h"

namespace toolformer::lm {

class TokenTree {
 public:
  using Node = std::int32_t;  ///< counted in the order in which they were added: parents first
  static constexpr Node kRoot = -1;

  /// The child of `parent` that holds `id`, added if there is none yet.
  Node add(Node parent, text::TokenId id);
  /// Adds what is missing of a chain behind `parent`; its last node.
  Node add(Node parent, std::span<const text::TokenId> ids);
  /// The nodes from the root to `node`, itself included.
  std::vector<Node> path(Node node) const;

  std::size_t size() const { return ids_.size(); }
  text::TokenId id(Node node) const { return ids_[static_cast<std::size_t>(node)]; }
  Node parent(Node node) const { return parents_[static_cast<std::size_t>(node)]; }
  /// Tokens between the root and the node; 0 directly behind the root.
  std::int64_t depth(Node node) const { return depths_[static_cast<std::size_t>(node)]; }
  std::int64_t deepest() const { return deepest_; }  ///< -1 when empty
  /// Whether it is a chain, and `ids` begin with it.
  bool begins(std::span<const text::TokenId> ids) const;
  /// Whether no node has two children; node i is then token i.
  bool is_chain() const { return deepest_ + 1 == static_cast<std::int64_t>(size()); }

 private:
  std::vector<text::TokenId> ids_;
  std::vector<Node> parents_;
  std::vector<std::int64_t> depths_;
  std::map<std::pair<Node, text::TokenId>, Node> children_;
  std::int64_t deepest_ = -1;
};

}  // namespace toolformer::lm
