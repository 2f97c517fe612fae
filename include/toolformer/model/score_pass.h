// SPDX-License-Identifier: Apache-2.0
// Score requests that go through the layers together. What requests at the same place begin with in
// common is one path of a tree; what the state behind their prefix holds already is left out.
#pragma once

#include <torch/torch.h>

#include <cstddef>
#include <deque>
#include <span>
#include <vector>

#include "toolformer/lm/language_model.h"
#include "toolformer/model/forward_pass.h"

namespace toolformer::model {

class ScorePass {
 public:
  /// Takes a request; it and `result` must stay until run().
  void add(const lm::ScoreRequest& request, std::vector<float>& result);
  /// Tokens to be read.
  std::size_t tokens() const { return tokens_; }
  /// Fills all results.
  void run(const ForwardPass& pass, lm::Ledger& ledger);

 private:
  struct Target {
    const lm::ScoreRequest* request = nullptr;
    std::vector<float>* result = nullptr;
    std::size_t known = 0;              // tokens of the request that the state holds
    std::size_t tree = 0;               // where the others are
    std::vector<TokenTree::Node> path;  // of the others but the last
  };

  Branches& tree_for(const lm::Prefix& prefix, std::size_t tokens);
  /// Appends the rows [1, C] or more that predict a request's targets.
  static void gather(const Target& target, const torch::Tensor& hidden, std::int64_t begin,
                     std::vector<torch::Tensor>& rows);

  std::deque<Branches> trees_;
  std::vector<Target> targets_;
  std::size_t tokens_ = 0;
};

}  // namespace toolformer::model
