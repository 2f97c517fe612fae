// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/row_pool.h"

#include <algorithm>
#include <utility>

#include "toolformer/base/error.h"

namespace toolformer::model {

using Reason = lm::Sampled::Reason;

namespace {

bool continue_alike(const lm::SampleRequest& a, const lm::SampleRequest& b) {
  return a.prefix.length > 0 && a.prefix.state == b.prefix.state &&
         a.prefix.length == b.prefix.length && a.head == b.head && a.keep_state == b.keep_state;
}

}  // namespace

void RowPool::run(const lm::NextRequest& next, const lm::OnSampled& sampled) {
  for (;;) {
    admit(next, sampled);
    if (families_.empty()) return;
    read_new_tokens(sampled);
    choose_tokens(sampled);
    families_.remove_if(
        [](const Family& family) { return family.rows.empty() && family.closing.empty(); });
  }
}

void RowPool::admit(const lm::NextRequest& next, const lm::OnSampled& sampled) {
  while (pull_family(next)) {
    if (under_way_ > 0 && under_way_ + waiting_.size() > capacity_) return;
    start_family(sampled);
  }
}

/// Fills waiting_ with the next requests that continue alike; false: there is none now.
bool RowPool::pull_family(const lm::NextRequest& next) {
  if (!waiting_.empty()) return true;
  if (!lookahead_) lookahead_ = next();
  while (lookahead_ && waiting_.size() < capacity_ &&
         (waiting_.empty() || continue_alike(waiting_.front().request, *lookahead_))) {
    waiting_.push_back({.index = requests_++, .request = std::move(*lookahead_)});
    lookahead_ = next();
  }
  return !waiting_.empty();
}

void RowPool::start_family(const lm::OnSampled& sampled) {
  const lm::SampleRequest first = waiting_.front().request;
  const std::size_t before = first.prefix.length + first.head.size();
  check_context(transformer_.config(), first.prefix.length, first.head.size());
  if (before == 0)
    base::throw_error<base::IoError>("internal: nothing stands before the first token to sample");
  const std::size_t room = static_cast<std::size_t>(transformer_.config().context) - before;
  Family& family = families_.emplace_back();
  family.branches.prefix = first.prefix;
  Row row;
  row.node = family.branches.tokens.add(TokenTree::kRoot, first.head);
  if (first.head.empty()) row.hidden = last_hidden(first.prefix);
  for (Draw& draw : std::exchange(waiting_, {})) {
    draw.limit = std::min(draw.request.max_tokens, room);
    ++under_way_;
    if (draw.limit == 0) {
      end(family, row.node, std::move(draw), Reason::kLength, sampled);
    } else {
      row.draws.push_back(std::move(draw));
    }
  }
  if (!row.draws.empty()) family.rows.push_back(std::move(row));
}

void RowPool::read_new_tokens(const lm::OnSampled& sampled) {
  std::vector<Branches*> trees;
  std::vector<Family*> read;
  for (Family& family : families_) {
    if (family.branches.read == static_cast<std::int64_t>(family.branches.tokens.size())) continue;
    trees.push_back(&family.branches);
    read.push_back(&family);
  }
  std::int64_t begin = 0;
  const std::vector<std::int64_t> before = [&] {
    std::vector<std::int64_t> counts;
    for (const Branches* tree : trees) counts.push_back(tree->read);
    return counts;
  }();
  const auto hidden = trees.empty() ? torch::Tensor() : pass_.read(trees, ledger_);
  for (std::size_t i = 0; i < read.size(); ++i) {
    Family& family = *read[i];
    const auto count = family.branches.read - before[i];
    for (Row& row : family.rows)
      if (row.node >= before[i]) row.hidden = hidden[begin + row.node - before[i]];
    const bool keeps = !family.closing.empty() ||
                       (!family.rows.empty() && family.rows[0].draws[0].request.keep_state);
    if (keeps) family.hidden.push_back(hidden.narrow(0, begin, count));
    begin += count;
  }
  for (Family& family : families_) {
    for (Row& row : std::exchange(family.closing, {}))
      keep_state(family, row.node, std::move(row.draws.front()), sampled);
  }
}

void RowPool::choose_tokens(const lm::OnSampled& sampled) {
  std::vector<torch::Tensor> hidden;
  std::vector<Choice> choices;
  for (const Family& family : families_) {
    for (const Row& row : family.rows) {
      for (const Draw& draw : row.draws) {
        choices.push_back({static_cast<std::int64_t>(hidden.size()), draw.request.sampling,
                           draw.request.call,
                           draw.request.random.uniform(draw.sampled.tokens.size())});
      }
      hidden.push_back(row.hidden);
    }
  }
  if (hidden.empty()) return;
  const auto tokens = choose_next(pass_.logits(torch::stack(hidden), ledger_), choices);
  std::span<const NextToken> left = tokens;
  for (Family& family : families_) {
    std::vector<Row> next_rows;
    for (Row& row : std::exchange(family.rows, {})) {
      const std::size_t count = row.draws.size();
      advance(family, row, left.first(count), next_rows, sampled);
      left = left.subspan(count);
    }
    family.rows = std::move(next_rows);
  }
}

/// Gives every draw of a row its token; those that go on with the same one stay together.
void RowPool::advance(Family& family, Row& row, std::span<const NextToken> tokens,
                      std::vector<Row>& next_rows, const lm::OnSampled& sampled) {
  for (std::size_t i = 0; i < row.draws.size(); ++i) {
    Draw draw = std::move(row.draws[i]);
    const auto id = tokens[i].id;
    if (std::find(ends_.begin(), ends_.end(), id) != ends_.end()) {
      end(family, row.node, std::move(draw), Reason::kEnd, sampled);
      continue;
    }
    draw.sampled.tokens.push_back(id);
    draw.sampled.logprobs.push_back(tokens[i].logprob);
    const bool stops = draw.request.stop && draw.request.stop(draw.sampled.tokens);
    if (stops || draw.sampled.tokens.size() >= draw.limit) {
      const bool wanted = draw.request.keep_state;
      const auto node = wanted ? family.branches.tokens.add(row.node, id) : row.node;
      end(family, node, std::move(draw), stops ? Reason::kStop : Reason::kLength, sampled);
      continue;
    }
    const auto node = family.branches.tokens.add(row.node, id);
    const auto same = std::find_if(next_rows.begin(), next_rows.end(),
                                   [node](const Row& other) { return other.node == node; });
    Row& next = same != next_rows.end() ? *same : next_rows.emplace_back();
    next.node = node;
    next.draws.push_back(std::move(draw));
  }
}

void RowPool::end(Family& family, TokenTree::Node node, Draw draw, Reason reason,
                  const lm::OnSampled& sampled) {
  draw.sampled.reason = reason;
  --under_way_;
  if (!draw.request.keep_state) return sampled(draw.index, std::move(draw.sampled));
  if (node < family.branches.read) return keep_state(family, node, std::move(draw), sampled);
  Row& row = family.closing.emplace_back();
  row.node = node;
  row.draws.push_back(std::move(draw));
}

void RowPool::keep_state(const Family& family, TokenTree::Node node, Draw draw,
                         const lm::OnSampled& sampled) const {
  draw.sampled.end = family.branches.prefix;
  if (node != TokenTree::kRoot) {
    const std::vector<TokenTree::Node> path = family.branches.tokens.path(node);
    const auto where =
        torch::tensor(std::vector<std::int64_t>(path.begin(), path.end()), torch::kInt64)
            .to(transformer_.device());
    auto state = state_of(family.branches, node, torch::cat(family.hidden).index_select(0, where));
    draw.sampled.end = {state, state->size()};
  }
  sampled(draw.index, std::move(draw.sampled));
}

}  // namespace toolformer::model
