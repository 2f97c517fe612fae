// SPDX-License-Identifier: Apache-2.0
// The least work that a set of continuations takes: what is compared with a model's counters.
#pragma once

#include <cstddef>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "toolformer/text/tokenizer.h"

namespace toolformer::lm {

/// Tokens that must go through the layers at least, when what continuations of one place begin with
/// in common is computed once: the nodes of one token tree per place. They are counted without
/// building the trees, so that a document takes four bytes for each token of its continuations.
class WorkBound {
 public:
  /// `tokens`: what must go through the layers behind the first `place` tokens; a last token that
  /// nothing is asked behind is not among them.
  void add(std::size_t place, std::span<const text::TokenId> tokens);
  std::size_t tokens() const { return tokens_; }

 private:
  using Continuation = std::pair<std::size_t, std::vector<text::TokenId>>;  // place, tokens

  // None is the beginning of another. Sorted: no other begins more like a new one than its
  // neighbours.
  std::set<Continuation> continuations_;
  std::size_t tokens_ = 0;
};

}  // namespace toolformer::lm
