// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/engine/score_pass.h"

#include <algorithm>
#include <utility>

namespace toolformer::model {
namespace {

// A tree's mask is dense: beyond this size its empty part would cost more than what is shared.
constexpr std::size_t kTreeTokens = 256;

}  // namespace

bool ScorePass::joins(const lm::Prefix& prefix, std::span<const lm::TokenId> tokens) const {
  if (trees_.empty()) return false;
  const lm::Prefix& place = trees_.back().prefix;
  const lm::TokenTree& tree = trees_.back().tokens;
  if (place.cache != prefix.cache || place.length != prefix.length) return false;
  const bool is_long = std::ssize(tokens) >= kLeastChain;
  if (is_long != (tree.deepest() + 1 >= kLeastChain)) return false;
  return tree.begins(tokens) ||
         (!is_long && prefix.length > 0 && tree.size() + tokens.size() <= kTreeTokens);
}

ScorePass::Rest ScorePass::rest_of(const lm::ScoreRequest& request) {
  const std::size_t cached = cached_tokens(request.prefix, request.tokens);
  // The last token is scored, but it predicts none.
  const std::size_t end = std::max(request.tokens.size(), cached + 1) - 1;
  return {{request.prefix.cache, request.prefix.length + cached},
          std::span(request.tokens).first(end).subspan(cached)};
}

bool ScorePass::continues(const lm::ScoreRequest& request) const {
  const auto [prefix, tokens] = rest_of(request);
  return tokens.empty() || (joins(prefix, tokens) && trees_.back().tokens.begins(tokens));
}

void ScorePass::add(const lm::ScoreRequest& request, std::vector<float>& result) {
  const auto [prefix, tokens] = rest_of(request);
  Target target{.request = &request, .result = &result};
  target.cached = prefix.length - request.prefix.length;
  if (!tokens.empty()) {
    if (!joins(prefix, tokens)) trees_.push_back({.prefix = prefix});
    lm::TokenTree& tree = trees_.back().tokens;
    target.tree = trees_.size() - 1;
    const std::size_t before = tree.size();
    target.path = tree.path(tree.add(lm::TokenTree::kRoot, tokens));
    tokens_ += tree.size() - before;
  }
  targets_.push_back(std::move(target));
}

std::int64_t ScorePass::row_of(const Target& target, std::size_t t,
                               const std::vector<std::int64_t>& begins, HiddenStates& hidden) {
  // Token t is predicted by the one before it: of the tree, or in the cache.
  if (t > target.cached) return begins[target.tree] + target.path[t - target.cached - 1];
  const lm::Prefix before = {target.request->prefix.cache, target.request->prefix.length + t};
  const auto [found, added] =
      hidden.of_caches.try_emplace({before.cache.get(), before.length}, hidden.size);
  if (added) {
    hidden.pieces.push_back(last_hidden(before).unsqueeze(0));
    ++hidden.size;
  }
  return found->second;
}

void ScorePass::run(const ForwardPass& pass, lm::WorkCounters& counters) {
  std::vector<TokenTreeBatch*> trees;
  std::vector<std::int64_t> begins;
  HiddenStates states;
  for (TokenTreeBatch& tree : trees_) {
    trees.push_back(&tree);
    begins.push_back(states.size);
    states.size += static_cast<std::int64_t>(tree.tokens.size());
  }
  if (!trees.empty()) states.pieces.push_back(pass.forward(trees, counters));
  std::map<std::pair<std::int64_t, lm::TokenId>, std::size_t> asked;  // row and target, once each
  std::vector<std::int64_t> rows;
  std::vector<lm::TokenId> ids;
  for (Target& target : targets_) {
    const auto& tokens = target.request->tokens;
    for (std::size_t t = target.request->first; t < tokens.size(); ++t) {
      const std::int64_t row = row_of(target, t, begins, states);
      const auto [found, added] = asked.try_emplace({row, tokens[t]}, rows.size());
      target.answers.push_back(found->second);
      if (!added) continue;
      rows.push_back(row);
      ids.push_back(tokens[t]);
    }
  }
  if (ids.empty()) return;
  const auto hidden = torch::cat(states.pieces);
  const auto where = torch::tensor(rows, torch::kInt64).to(hidden.device());
  const auto values =
      pass.logprobs(hidden.index_select(0, where), id_tensor(ids).unsqueeze(1), counters);
  const float* logprobs = values.data_ptr<float>();
  for (const Target& target : targets_)
    for (const std::size_t answer : target.answers) target.result->push_back(logprobs[answer]);
}

}  // namespace toolformer::model
