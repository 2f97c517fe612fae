// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/row_sampler.h"

#include <algorithm>
#include <utility>

#include "toolformer/base/error.h"
#include "toolformer/model/next_token.h"

namespace toolformer::model {

using Reason = lm::Sampled::Reason;

RowSampler::RowSampler(const Transformer& transformer, const RowPass& pass,
                       std::span<const lm::TokenId> ends,
                       std::vector<const lm::SampleRequest*> requests, lm::Ledger& ledger)
    : transformer_(transformer),
      pass_(pass),
      ends_(ends),
      base_(cached_state(requests.front()->prefix)),
      sampled_(requests.size()),
      ledger_(ledger) {
  const auto context = static_cast<std::size_t>(transformer.config().context);
  for (const auto* request : requests) {
    check_context(transformer.config(), request->prefix.length, request->head.size());
    if (request->prefix.length + request->head.size() == 0) {
      base::throw_error<base::IoError>("internal: nothing stands before the first token to sample");
    }
    const std::size_t room = context - request->prefix.length - request->head.size();
    rows_.push_back({.request = request, .limit = std::min(request->max_tokens, room)});
    ledger_.tokens_reused += request->prefix.length;
  }
}

std::vector<lm::Sampled> RowSampler::run() {
  std::vector<std::int64_t> limits;
  std::int64_t capacity = 0;
  for (const Row& row : rows_) {
    limits.push_back(static_cast<std::int64_t>(row.request->prefix.length));
    capacity += static_cast<std::int64_t>(row.request->head.size() + row.limit);
  }
  auto attention = pass_.branch(base_, std::move(limits), capacity);
  read_heads(attention);
  while (std::any_of(rows_.begin(), rows_.end(), [](const Row& row) { return row.live; })) {
    choose_tokens();
    feed(attention);
  }
  keep_states(attention);
  return std::move(sampled_);
}

std::int64_t RowSampler::position(std::size_t row) const {
  const auto& request = *rows_[row].request;
  return static_cast<std::int64_t>(request.prefix.length + request.head.size() +
                                   sampled_[row].tokens.size());
}

void RowSampler::read_heads(BranchAttention& attention) {
  RowTokens tokens;
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    const auto& request = *rows_[r].request;
    tokens.add(static_cast<std::int64_t>(r), static_cast<std::int64_t>(request.prefix.length),
               request.head);
  }
  const auto hidden =
      tokens.ids.empty() ? torch::Tensor() : pass_.forward(tokens, attention, ledger_);
  std::int64_t begin = 0;
  for (Row& row : rows_) {
    const auto size = static_cast<std::int64_t>(row.request->head.size());
    const auto length = static_cast<std::int64_t>(row.request->prefix.length);
    row.last = size > 0 ? hidden[begin + size - 1] : base_->hidden[length - 1];
    if (row.request->keep_state && size > 0) row.hidden = hidden.narrow(0, begin, size);
    begin += size;
    if (row.limit == 0) row.live = false;
  }
}

void RowSampler::choose_tokens() {
  std::vector<torch::Tensor> last;
  std::vector<Choice> choices;
  std::vector<std::size_t> live;
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    if (!rows_[r].live) continue;
    const auto& request = *rows_[r].request;
    live.push_back(r);
    last.push_back(rows_[r].last);
    choices.push_back(
        {request.sampling, request.call, request.random.uniform(sampled_[r].tokens.size())});
  }
  const auto next = choose_next(pass_.logits(torch::stack(last), ledger_), choices);
  for (std::size_t i = 0; i < live.size(); ++i) {
    auto& sampled = sampled_[live[i]];
    if (std::find(ends_.begin(), ends_.end(), next[i].id) != ends_.end()) {
      finish(live[i], Reason::kEnd);
      continue;
    }
    sampled.tokens.push_back(next[i].id);
    rows_[live[i]].unread = true;
    sampled.logprobs.push_back(next[i].logprob);
    const auto& request = *rows_[live[i]].request;
    if (request.stop && request.stop(sampled.tokens)) {
      finish(live[i], Reason::kStop);
    } else if (sampled.tokens.size() >= rows_[live[i]].limit) {
      finish(live[i], Reason::kLength);
    }
  }
}

void RowSampler::finish(std::size_t row, Reason reason) {
  rows_[row].live = false;
  sampled_[row].reason = reason;
}

void RowSampler::feed(BranchAttention& attention) {
  RowTokens tokens;
  std::vector<std::size_t> fed;
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    if (!rows_[r].live) continue;
    fed.push_back(r);
    const std::span<const lm::TokenId> all = sampled_[r].tokens;
    tokens.add(static_cast<std::int64_t>(r), position(r) - 1, all.last(1));
  }
  if (fed.empty()) return;
  const auto hidden = pass_.forward(tokens, attention, ledger_);
  for (std::size_t i = 0; i < fed.size(); ++i) {
    Row& row = rows_[fed[i]];
    row.last = hidden[static_cast<std::int64_t>(i)];
    row.unread = false;
    if (row.request->keep_state) {
      const auto token = row.last.unsqueeze(0);
      row.hidden = row.hidden.defined() ? torch::cat({row.hidden, token}) : token;
    }
  }
}

void RowSampler::keep_states(BranchAttention& attention) {
  // One more pass for the last tokens of all rows whose state is wanted.
  for (Row& row : rows_) row.live = row.request->keep_state && row.unread;
  feed(attention);
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    const auto& request = *rows_[r].request;
    if (!request.keep_state) continue;
    if (!rows_[r].hidden.defined()) {
      sampled_[r].end = request.prefix;
      continue;
    }
    auto hidden = rows_[r].hidden;
    if (request.prefix.length > 0) {
      hidden = torch::cat(
          {base_->hidden.narrow(0, 0, static_cast<std::int64_t>(request.prefix.length)), hidden});
    }
    sampled_[r].end = {attention.state_of(static_cast<std::int64_t>(r), hidden),
                       static_cast<std::size_t>(hidden.size(0))};
  }
}

}  // namespace toolformer::model
