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
/// in common is computed once.
class WorkBound {
 public:
  /// `tokens`: what must be read behind the first `place` tokens; a last token that nothing is
  /// asked behind is not among them.
  void add(std::size_t place, std::span<const text::TokenId> tokens);
  std::size_t tokens() const { return nodes_.size(); }

 private:
  std::set<std::pair<std::size_t, std::vector<text::TokenId>>> nodes_;  // paths from their place
};

}  // namespace toolformer::lm
