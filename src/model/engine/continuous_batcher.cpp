// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/engine/continuous_batcher.h"

#include <algorithm>
#include <utility>

#include "toolformer/base/error.h"

namespace toolformer::model {

using Reason = lm::Sampled::Reason;

namespace {

bool continue_alike(const lm::SampleRequest& a, const lm::SampleRequest& b) {
  return a.prefix.length > 0 && a.prefix.cache == b.prefix.cache &&
         a.prefix.length == b.prefix.length && a.forced_tokens == b.forced_tokens &&
         a.keep_cache == b.keep_cache;
}

}  // namespace

void ContinuousBatcher::add(std::size_t key, lm::SampleRequest request) {
  waiting_.push_back({.key = key, .request = std::move(request)});
}

std::vector<lm::Sampler::Ended> ContinuousBatcher::step() {
  const torch::InferenceMode inference;
  admit();
  read_new_tokens();
  choose_tokens();
  groups_.remove_if(
      [](const PrefixGroup& group) { return group.rows.empty() && group.closing.empty(); });
  return std::exchange(ended_, {});
}

/// Starts those that wait, as many as continue alike at a time, while there is room for them.
void ContinuousBatcher::admit() {
  while (!waiting_.empty()) {
    const auto first = waiting_.begin();
    const auto other = std::find_if(first + 1, waiting_.end(), [first](const Sample& sample) {
      return !continue_alike(first->request, sample.request);
    });
    const std::size_t size = std::min(static_cast<std::size_t>(other - first), capacity_);
    if (under_way_ > 0 && under_way_ + size > capacity_) return;
    start_group(size);
  }
}

void ContinuousBatcher::start_group(std::size_t size) {
  const lm::SampleRequest first = waiting_.front().request;
  const std::size_t before = first.prefix.length + first.forced_tokens.size();
  check_context(transformer_.config(), first.prefix.length, first.forced_tokens.size());
  if (before == 0)
    base::throw_error<base::IoError>("internal: nothing stands before the first token to sample");
  const std::size_t room = static_cast<std::size_t>(transformer_.config().context) - before;
  PrefixGroup& group = groups_.emplace_back();
  group.branches.prefix = first.prefix;
  Row row;
  row.node = group.branches.tokens.add(lm::TokenTree::kRoot, first.forced_tokens);
  if (first.forced_tokens.empty()) row.hidden = last_hidden(first.prefix);
  for (; size > 0; --size) {
    Sample sample = std::move(waiting_.front());
    waiting_.pop_front();
    sample.limit = std::min(sample.request.max_tokens, room);
    ++under_way_;
    if (sample.limit == 0) {
      end(group, row.node, std::move(sample), Reason::kLength);
    } else {
      row.samples.push_back(std::move(sample));
    }
  }
  if (!row.samples.empty()) group.rows.push_back(std::move(row));
}

void ContinuousBatcher::read_new_tokens() {
  std::vector<TokenTreeBatch*> trees;
  std::vector<PrefixGroup*> read;
  for (PrefixGroup& group : groups_) {
    if (group.branches.forwarded == static_cast<std::int64_t>(group.branches.tokens.size()))
      continue;
    trees.push_back(&group.branches);
    read.push_back(&group);
  }
  std::int64_t begin = 0;
  const std::vector<std::int64_t> before = [&] {
    std::vector<std::int64_t> counts;
    for (const TokenTreeBatch* tree : trees) counts.push_back(tree->forwarded);
    return counts;
  }();
  const auto hidden = trees.empty() ? torch::Tensor() : pass_.forward(trees, counters_);
  for (std::size_t i = 0; i < read.size(); ++i) {
    PrefixGroup& group = *read[i];
    const auto count = group.branches.forwarded - before[i];
    for (Row& row : group.rows)
      if (row.node >= before[i]) row.hidden = hidden[begin + row.node - before[i]];
    const bool keeps = !group.closing.empty() ||
                       (!group.rows.empty() && group.rows[0].samples[0].request.keep_cache);
    if (keeps) group.hidden.push_back(hidden.narrow(0, begin, count));
    begin += count;
  }
  for (PrefixGroup& group : groups_) {
    for (Row& row : std::exchange(group.closing, {}))
      give_back(group, row.node, std::move(row.samples.front()));
  }
}

void ContinuousBatcher::choose_tokens() {
  std::vector<torch::Tensor> hidden;
  std::vector<Choice> choices;
  for (const PrefixGroup& group : groups_) {
    for (const Row& row : group.rows) {
      for (const Sample& sample : row.samples) {
        choices.push_back({static_cast<std::int64_t>(hidden.size()), sample.request.sampling,
                           sample.request.call,
                           sample.request.random.uniform(sample.sampled.tokens.size())});
      }
      hidden.push_back(row.hidden);
    }
  }
  if (hidden.empty()) return;
  const auto tokens = choose_next(pass_.logits(torch::stack(hidden), counters_), choices);
  std::span<const NextToken> left = tokens;
  for (PrefixGroup& group : groups_) {
    std::vector<Row> next_rows;
    for (Row& row : std::exchange(group.rows, {})) {
      const std::size_t count = row.samples.size();
      advance(group, row, left.first(count), next_rows);
      left = left.subspan(count);
    }
    group.rows = std::move(next_rows);
  }
}

/// Gives every sample of a row its token; those that go on with the same one stay together.
void ContinuousBatcher::advance(PrefixGroup& group, Row& row, std::span<const NextToken> tokens,
                                std::vector<Row>& next_rows) {
  for (std::size_t i = 0; i < row.samples.size(); ++i) {
    Sample sample = std::move(row.samples[i]);
    const auto id = tokens[i].id;
    if (std::find(ends_.begin(), ends_.end(), id) != ends_.end()) {
      end(group, row.node, std::move(sample), Reason::kEnd);
      continue;
    }
    sample.sampled.tokens.push_back(id);
    sample.sampled.logprobs.push_back(tokens[i].logprob);
    const bool stops = sample.request.stop && sample.request.stop(sample.sampled.tokens);
    if (stops || sample.sampled.tokens.size() >= sample.limit) {
      const bool wanted = sample.request.keep_cache;
      const auto node = wanted ? group.branches.tokens.add(row.node, id) : row.node;
      end(group, node, std::move(sample), stops ? Reason::kStop : Reason::kLength);
      continue;
    }
    const auto node = group.branches.tokens.add(row.node, id);
    const auto same = std::find_if(next_rows.begin(), next_rows.end(),
                                   [node](const Row& other) { return other.node == node; });
    Row& next = same != next_rows.end() ? *same : next_rows.emplace_back();
    next.node = node;
    next.samples.push_back(std::move(sample));
  }
}

void ContinuousBatcher::end(PrefixGroup& group, lm::TokenTree::Node node, Sample sample,
                            Reason reason) {
  sample.sampled.reason = reason;
  --under_way_;
  if (!sample.request.keep_cache || node < group.branches.forwarded)
    return give_back(group, node, std::move(sample));
  Row& row = group.closing.emplace_back();
  row.node = node;
  row.samples.push_back(std::move(sample));
}

void ContinuousBatcher::give_back(const PrefixGroup& group, lm::TokenTree::Node node,
                                  Sample sample) {
  if (sample.request.keep_cache) sample.sampled.end = group.branches.prefix;
  if (sample.request.keep_cache && node != lm::TokenTree::kRoot) {
    const std::vector<lm::TokenTree::Node> path = group.branches.tokens.path(node);
    const auto where =
        torch::tensor(std::vector<std::int64_t>(path.begin(), path.end()), torch::kInt64)
            .to(transformer_.device());
    auto segment =
        make_segment(group.branches, node, torch::cat(group.hidden).index_select(0, where));
    sample.sampled.end = {segment, segment->size()};
  }
  ended_.push_back({sample.key, std::move(sample.sampled)});
}

}  // namespace toolformer::model
