// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/corpus/batches.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "toolformer/base/random.h"

namespace toolformer::finetune {
namespace {

/// Fisher-Yates with a keyed stream.
template <class T>
void shuffle(std::span<T> items, const base::KeyedRandom& random) {
  for (std::size_t i = items.size(); i > 1; --i) {
    const auto j = static_cast<std::size_t>(random.uniform(i) * static_cast<double>(i));
    std::swap(items[i - 1], items[std::min(j, i - 1)]);
  }
}

std::size_t times_used(const ExampleSize& example, std::uint64_t seed, std::uint64_t epoch) {
  const double whole = std::floor(example.weight);
  const double part = example.weight - whole;
  const bool once_more =
      part > 0 &&
      base::KeyedRandom(seed, {example.document, "finetune.plain", epoch}).uniform(0) < part;
  return static_cast<std::size_t>(whole) + (once_more ? 1 : 0);
}

std::vector<std::size_t> choose(const std::vector<ExampleSize>& examples, std::uint64_t seed,
                                std::uint64_t epoch) {
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    chosen.insert(chosen.end(), times_used(examples[i], seed, epoch), i);
  }
  return chosen;
}

std::vector<Batch> fill_steps(const std::vector<ExampleSize>& examples,
                              const std::vector<std::size_t>& order, std::size_t room) {
  std::vector<Batch> batches;
  std::vector<std::size_t> waiting;  // in their order; the first of them begins the next step
  for (auto next = order.begin(); next != order.end() || !waiting.empty();) {
    Batch batch;
    std::vector<std::size_t> later;
    const auto offer = [&](std::size_t example) {
      const std::size_t tokens = examples[example].tokens;
      if (tokens > room - batch.tokens) {
        later.push_back(example);
        return;
      }
      batch.members.push_back(example);
      batch.tokens += tokens;
    };
    for (const std::size_t example : waiting) offer(example);
    while (next != order.end() && batch.tokens < room && later.size() < kLookAhead) offer(*next++);
    waiting = std::move(later);
    batches.push_back(std::move(batch));
  }
  return batches;
}

// The examples of the process: the longest first, each to the one with the fewest tokens so far.
std::vector<std::size_t> share_of(const Batch& batch, const std::vector<ExampleSize>& examples,
                                  std::size_t rank, std::size_t size) {
  if (size == 1) return batch.members;
  std::vector<std::size_t> members = batch.members;
  std::stable_sort(members.begin(), members.end(), [&](std::size_t a, std::size_t b) {
    return examples[a].tokens > examples[b].tokens;
  });
  std::vector<std::size_t> tokens(size);
  std::vector<std::size_t> share;
  for (const std::size_t member : members) {
    const auto least = std::min_element(tokens.begin(), tokens.end());
    *least += examples[member].tokens;
    if (static_cast<std::size_t>(least - tokens.begin()) == rank) share.push_back(member);
  }
  return share;
}

}  // namespace

std::uint64_t key_of(const std::string& document_id) {
  return base::KeyedRandom(0, {document_id, "finetune.document"}).bits(0);
}

std::size_t max_tokens_per_step(const PlanOptions& options) {
  return std::max(options.batch_tokens, options.seq_len);
}

Epoch plan_epoch(const std::vector<ExampleSize>& examples, const PlanOptions& options,
                 std::uint64_t epoch) {
  std::vector<std::size_t> order = choose(examples, options.seed, epoch);
  shuffle(std::span(order), base::KeyedRandom(options.seed, {"finetune.examples", epoch}));
  Epoch plan{fill_steps(examples, order, max_tokens_per_step(options)), order.size()};
  // Shorter examples went first where they filled a step. The last step stays: it got what was
  // left.
  if (!plan.batches.empty()) {
    shuffle(std::span(plan.batches).first(plan.batches.size() - 1),
            base::KeyedRandom(options.seed, {"finetune.steps", epoch}));
  }
  for (const Batch& batch : plan.batches) plan.tokens += batch.tokens;
  return plan;
}

std::vector<Pack> packs_of(const Batch& batch, const std::vector<ExampleSize>& examples,
                           std::size_t seq_len, std::size_t rank, std::size_t size) {
  const std::vector<std::size_t> share = share_of(batch, examples, rank, size);
  std::vector<std::size_t> lengths;
  for (const std::size_t member : share) lengths.push_back(examples[member].tokens);
  std::vector<Pack> packs = first_fit_decreasing(lengths, seq_len);
  for (Pack& pack : packs) {
    for (std::size_t& member : pack.members) member = share[member];
  }
  return packs;
}

}  // namespace toolformer::finetune
