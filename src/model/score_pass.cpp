// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/score_pass.h"

#include <algorithm>
#include <utility>

namespace toolformer::model {
namespace {

// A tree's mask is dense: beyond this size its empty part would cost more than what is shared.
constexpr std::size_t kTreeTokens = 256;

}  // namespace

Branches& ScorePass::tree_for(const lm::Prefix& prefix, std::size_t tokens) {
  const bool joins = !trees_.empty() && prefix.length > 0 &&
                     trees_.back().prefix.state == prefix.state &&
                     trees_.back().prefix.length == prefix.length &&
                     trees_.back().tokens.size() + tokens <= kTreeTokens;
  if (!joins) trees_.push_back({.prefix = prefix});
  return trees_.back();
}

void ScorePass::add(const lm::ScoreRequest& request, std::vector<float>& result) {
  Target target{.request = &request, .result = &result};
  target.known = known_tokens(request.prefix, request.tokens);
  // The last token is asked for, but nothing is asked behind it.
  const std::size_t read = std::max(request.tokens.size(), target.known + 1) - 1;
  const auto others = std::span(request.tokens).first(read).subspan(target.known);
  if (!others.empty()) {
    const lm::Prefix prefix = {request.prefix.state, request.prefix.length + target.known};
    TokenTree& tree = tree_for(prefix, others.size()).tokens;
    target.tree = trees_.size() - 1;
    const std::size_t before = tree.size();
    target.path = tree.path(tree.add(TokenTree::kRoot, others));
    tokens_ += tree.size() - before;
  }
  targets_.push_back(std::move(target));
}

void ScorePass::gather(const Target& target, const torch::Tensor& hidden, std::int64_t begin,
                       std::vector<torch::Tensor>& rows) {
  const lm::ScoreRequest& request = *target.request;
  const std::size_t end = request.tokens.size();
  // Token t is predicted by the one before it: of the state, or of the tree.
  const std::size_t split = std::min(std::max(request.first, target.known + 1), end);
  for (std::size_t t = request.first; t < split; ++t)
    rows.push_back(last_hidden({request.prefix.state, request.prefix.length + t}).unsqueeze(0));
  std::vector<std::int64_t> own;
  for (std::size_t t = split; t < end; ++t)
    own.push_back(begin + target.path[t - target.known - 1]);
  if (own.empty()) return;
  const auto where = torch::tensor(own, torch::kInt64).to(hidden.device());
  rows.push_back(hidden.index_select(0, where));
}

void ScorePass::run(const ForwardPass& pass, lm::Ledger& ledger) {
  std::vector<Branches*> trees;
  std::vector<std::int64_t> begins;
  std::int64_t begin = 0;
  for (Branches& tree : trees_) {
    trees.push_back(&tree);
    begins.push_back(begin);
    begin += static_cast<std::int64_t>(tree.tokens.size());
  }
  const auto hidden = trees.empty() ? torch::Tensor() : pass.read(trees, ledger);
  std::vector<torch::Tensor> rows;
  std::vector<lm::TokenId> ids;
  for (const Target& target : targets_) {
    gather(target, hidden, target.path.empty() ? 0 : begins[target.tree], rows);
    const auto& tokens = target.request->tokens;
    ids.insert(ids.end(), tokens.begin() + static_cast<std::ptrdiff_t>(target.request->first),
               tokens.end());
  }
  if (ids.empty()) return;
  const auto values = pass.logprobs(torch::cat(rows), id_tensor(ids).unsqueeze(1), ledger);
  const float* next = values.data_ptr<float>();
  for (const Target& target : targets_) {
    const auto count = target.request->tokens.size() - target.request->first;
    target.result->assign(next, next + count);
    next += count;
  }
}

}  // namespace toolformer::model
