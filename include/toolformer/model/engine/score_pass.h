// SPDX-License-Identifier: Apache-2.0
// Score requests that go through the layers together. What requests at the same place begin with in
// common is one path of a tree; what the state behind their prefix holds already is left out; the
// head answers every pair of a row and a target once.
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
  /// Takes a request; it and `result` must stay until run().
  void add(const lm::ScoreRequest& request, std::vector<float>& result);
  /// Whether nothing would be read for it but what continues the last chain.
  bool continues(const lm::ScoreRequest& request) const;
  /// Tokens to be read.
  std::size_t tokens() const { return tokens_; }
  /// Fills all results.
  void run(const ForwardPass& pass, lm::WorkCounters& counters);

 private:
  struct Target {
    const lm::ScoreRequest* request = nullptr;
    std::vector<float>* result = nullptr;
    std::size_t known = 0;                  // tokens of the request that the state holds
    std::size_t tree = 0;                   // where the others are
    std::vector<lm::TokenTree::Node> path;  // of the others but the last
    std::vector<std::size_t> answers;       // which of the pass, for every target token
  };

  /// Hidden rows: those of the trees, then those of states that are asked for.
  struct Sources {
    std::vector<torch::Tensor> rows;                                               // [n, C] each
    std::int64_t size = 0;                                                         // of all
    std::map<std::pair<const lm::KvCache*, std::size_t>, std::int64_t> of_states;  // by length
  };

  /// What must be read for a request, and behind what.
  struct Rest {
    lm::Prefix prefix;
    std::span<const lm::TokenId> tokens;
  };

  static Rest rest_of(const lm::ScoreRequest& request);
  /// Whether tokens behind this prefix become part of the last tree.
  bool joins(const lm::Prefix& prefix, std::span<const lm::TokenId> tokens) const;
  /// The row that predicts token t of a request. `begins`: of the trees.
  static std::int64_t row_of(const Target& target, std::size_t t,
                             const std::vector<std::int64_t>& begins, Sources& sources);

  std::deque<TokenTreeBatch> trees_;
  std::vector<Target> targets_;
  std::size_t tokens_ = 0;
};

}  // namespace toolformer::model
