// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/batches.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "toolformer/base/random.h"

namespace toolformer::finetune {
namespace {

/// Fisher-Yates with a keyed stream.
template <class T>
void shuffle(std::vector<T>& items, const base::KeyedRandom& random) {
  for (std::size_t i = items.size(); i > 1; --i) {
    const auto j = static_cast<std::size_t>(random.uniform(i) * static_cast<double>(i));
    std::swap(items[i - 1], items[std::min(j, i - 1)]);
  }
}

std::vector<std::size_t> choose(const std::vector<ExampleSize>& examples,
                                const PlanOptions& options, std::uint64_t epoch) {
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const ExampleSize& example = examples[i];
    if (!example.has_calls) {
      const base::KeyedRandom random(options.seed, {example.document, "finetune.plain", epoch});
      const double whole = std::floor(options.plain_weight);
      const bool once_more = random.uniform(0) < options.plain_weight - whole;
      chosen.insert(chosen.end(), static_cast<std::size_t>(whole) + (once_more ? 1 : 0), i);
      continue;
    }
    chosen.push_back(i);
  }
  return chosen;
}

/// Packs the examples order[begin, end).
std::vector<Pack> pack_buffer(const std::vector<ExampleSize>& examples,
                              const std::vector<std::size_t>& order, std::size_t begin,
                              std::size_t end, std::size_t capacity) {
  std::vector<std::size_t> lengths;
  for (std::size_t i = begin; i < end; ++i) lengths.push_back(examples[order[i]].tokens);
  std::vector<Pack> packs = first_fit_decreasing(lengths, capacity);
  for (Pack& pack : packs) {
    for (std::size_t& member : pack.members) member = order[begin + member];
  }
  return packs;
}

}  // namespace

std::uint64_t key_of(const std::string& document_id) {
  return base::KeyedRandom(0, {document_id, "finetune.document"}).bits(0);
}

double Epoch::waste(std::size_t seq_len) const {
  if (packs == 0) return 0;
  return 1.0 - static_cast<double>(tokens) / static_cast<double>(packs * seq_len);
}

std::size_t packs_per_batch(const PlanOptions& options) {
  return std::max<std::size_t>(1, (options.batch_tokens + options.seq_len / 2) / options.seq_len);
}

Epoch plan_epoch(const std::vector<ExampleSize>& examples, const PlanOptions& options,
                 std::uint64_t epoch) {
  std::vector<std::size_t> order = choose(examples, options, epoch);
  shuffle(order, base::KeyedRandom(options.seed, {"finetune.examples", epoch}));

  std::vector<Pack> packs;
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    std::size_t room = kBufferPacks * options.seq_len;
    while (end < order.size() && examples[order[end]].tokens <= room) {
      room -= examples[order[end++]].tokens;
    }
    auto buffer = pack_buffer(examples, order, begin, end, options.seq_len);
    packs.insert(packs.end(), std::make_move_iterator(buffer.begin()),
                 std::make_move_iterator(buffer.end()));
    begin = end;
  }
  shuffle(packs, base::KeyedRandom(options.seed, {"finetune.packs", epoch}));

  Epoch plan;
  plan.examples = order.size();
  plan.packs = packs.size();
  const std::size_t per_batch = packs_per_batch(options);
  for (std::size_t i = 0; i < packs.size(); ++i) {
    if (i % per_batch == 0) plan.batches.emplace_back();
    plan.batches.back().tokens += packs[i].tokens;
    plan.tokens += packs[i].tokens;
    plan.batches.back().packs.push_back(std::move(packs[i]));
  }
  return plan;
}

std::vector<Pack> share_of(const Batch& batch, std::size_t rank, std::size_t size) {
  std::vector<Pack> packs = batch.packs;
  if (size == 1) return packs;
  std::stable_sort(packs.begin(), packs.end(),
                   [](const Pack& a, const Pack& b) { return a.tokens > b.tokens; });
  std::vector<std::size_t> tokens(size);
  std::vector<Pack> share;
  for (Pack& pack : packs) {
    const auto least = std::min_element(tokens.begin(), tokens.end());
    *least += pack.tokens;
    if (static_cast<std::size_t>(least - tokens.begin()) == rank) share.push_back(std::move(pack));
  }
  return share;
}

}  // namespace toolformer::finetune
