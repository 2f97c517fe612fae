// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/score_pass.h"

#include <algorithm>
#include <utility>

namespace toolformer::model {
namespace {

// A tree's mask is dense: beyond this size its empty part would cost more than what is shared.
constexpr std::size_t kTreeTokens = 256;
// Attention along a tree's paths costs more than that along a chain, the more the longer they are.
constexpr std::int64_t kLongRequest = 64;

}  // namespace

Branches& ScorePass::tree_for(const lm::Prefix& prefix, std::span<const lm::TokenId> tokens) {
  const auto joins = [&](const Branches& tree) {
    if (tree.prefix.state != prefix.state || tree.prefix.length != prefix.length) return false;
    return tree.tokens.begins(tokens) || (prefix.length > 0 && std::ssize(tokens) < kLongRequest &&
                                          tree.tokens.deepest() < kLongRequest &&
                                          tree.tokens.size() + tokens.size() <= kTreeTokens);
  };
  if (trees_.empty() || !joins(trees_.back())) trees_.push_back({.prefix = prefix});
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
    TokenTree& tree = tree_for(prefix, others).tokens;
    target.tree = trees_.size() - 1;
    const std::size_t before = tree.size();
    target.path = tree.path(tree.add(TokenTree::kRoot, others));
    tokens_ += tree.size() - before;
  }
  targets_.push_back(std::move(target));
}

std::int64_t ScorePass::row_of(const Target& target, std::size_t t,
                               const std::vector<std::int64_t>& begins, Sources& sources) {
  // Token t is predicted by the one before it: of the tree, or of the state.
  if (t > target.known) return begins[target.tree] + target.path[t - target.known - 1];
  const lm::Prefix before = {target.request->prefix.state, target.request->prefix.length + t};
  const auto [found, added] =
      sources.of_states.try_emplace({before.state.get(), before.length}, sources.size);
  if (added) {
    sources.rows.push_back(last_hidden(before).unsqueeze(0));
    ++sources.size;
  }
  return found->second;
}

void ScorePass::run(const ForwardPass& pass, lm::Ledger& ledger) {
  std::vector<Branches*> trees;
  std::vector<std::int64_t> begins;
  Sources sources;
  for (Branches& tree : trees_) {
    trees.push_back(&tree);
    begins.push_back(sources.size);
    sources.size += static_cast<std::int64_t>(tree.tokens.size());
  }
  if (!trees.empty()) sources.rows.push_back(pass.read(trees, ledger));
  std::map<std::pair<std::int64_t, lm::TokenId>, std::size_t> asked;  // row and target, once each
  std::vector<std::int64_t> rows;
  std::vector<lm::TokenId> ids;
  for (Target& target : targets_) {
    const auto& tokens = target.request->tokens;
    for (std::size_t t = target.request->first; t < tokens.size(); ++t) {
      const std::int64_t row = row_of(target, t, begins, sources);
      const auto [found, added] = asked.try_emplace({row, tokens[t]}, rows.size());
      target.answers.push_back(found->second);
      if (!added) continue;
      rows.push_back(row);
      ids.push_back(tokens[t]);
    }
  }
  if (ids.empty()) return;
  const auto hidden = torch::cat(sources.rows);
  const auto where = torch::tensor(rows, torch::kInt64).to(hidden.device());
  const auto values =
      pass.logprobs(hidden.index_select(0, where), id_tensor(ids).unsqueeze(1), ledger);
  const float* logprobs = values.data_ptr<float>();
  for (const Target& target : targets_)
    for (const std::size_t answer : target.answers) target.result->push_back(logprobs[answer]);
}

}  // namespace toolformer::model
