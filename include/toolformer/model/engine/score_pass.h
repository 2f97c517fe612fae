// SPDX-License-Identifier: Apache-2.0
// Score requests that go through the layers together. Three things are computed once that a pass
// per request would repeat: what requests behind the same prefix begin with in common is one path
// of a token tree; tokens that the cache behind a prefix holds already are left out; a hidden state
// and a target token that several requests ask for go through the head once. Usage: add() while
// tokens() is small enough, then run() once. C is the hidden size.
#pragma once

#include <torch/torch.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "toolformer/lm/language_model.h"
#include "toolformer/model/engine/forward_pass.h"

namespace toolformer::model {

class ScorePass {
 public:
  /// Takes a request; it and `result` must stay until run(). Requests with one prefix are to follow
  /// each other, sorted by their tokens: only the last tree is grown.
  void add(const lm::ScoreRequest& request, std::vector<float>& result);
  /// Whether add() would make this pass longer by nothing but a continuation of its last chain:
  /// such a request is better added than left to the next pass, which would begin the chain anew.
  bool continues(const lm::ScoreRequest& request) const;
  /// Tokens that run() will forward.
  std::size_t tokens() const { return tokens_; }
  /// One forward pass; fills each result with log p of tokens[first..] [tokens.size() - first].
  void run(const ForwardPass& pass, lm::WorkCounters& counters);

 private:
  struct Target {
    const lm::ScoreRequest* request = nullptr;
    std::vector<float>* result = nullptr;
    std::size_t cached = 0;                 // tokens of the request that the prefix's cache holds
    std::size_t tree = 0;                   // in which the others are
    std::vector<lm::TokenTree::Node> path;  // their nodes, all but the last token's
    std::vector<std::size_t> answers;       // for each scored token: its number among all answers
  };

  /// The hidden states that predict scored tokens: first those of the trees' nodes, then those that
  /// caches hold.
  struct HiddenStates {
    std::vector<torch::Tensor> pieces;  // [n, C] each
    std::int64_t size = 0;              // rows of all pieces
    std::map<std::pair<const lm::KvCache*, std::size_t>, std::int64_t> of_caches;  // by length
  };

  /// What must be forwarded for a request, and behind what.
  struct Rest {
    lm::Prefix prefix;
    std::span<const lm::TokenId> tokens;
  };

  static Rest rest_of(const lm::ScoreRequest& request);
  /// Whether tokens behind this prefix become part of the last tree. Chains and trees stay apart by
  /// their length (kLeastChain), so that company does not decide which kernel rounds a token.
  bool joins(const lm::Prefix& prefix, std::span<const lm::TokenId> tokens) const;
  /// The row of `hidden` that predicts token t of a request. `begins`: first row of each tree.
  static std::int64_t row_of(const Target& target, std::size_t t,
                             const std::vector<std::int64_t>& begins, HiddenStates& hidden);

  std::deque<TokenTreeBatch> trees_;
  std::vector<Target> targets_;
  std::size_t tokens_ = 0;
};

}  // namespace toolformer::model
