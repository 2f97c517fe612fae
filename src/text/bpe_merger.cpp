// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/bpe_merger.h"

#include <bit>
#include <limits>
#include <queue>

namespace toolformer::text {

namespace {

constexpr std::size_t kShortWord = 24;  // up to here looking at all pairs beats a queue
constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

std::uint64_t pair_of(TokenId left, TokenId right) {
  return std::uint64_t{static_cast<std::uint32_t>(left)} << 32 | static_cast<std::uint32_t>(right);
}

/// A symbol in a doubly linked list.
struct Node {
  Symbol symbol;
  std::uint32_t before = kNone, after = kNone;
};

/// A possible merge of the node at `at` with the one behind it.
struct Candidate {
  std::uint32_t rank, at;
  TokenId result;
  bool operator>(const Candidate& other) const {
    return rank != other.rank ? rank > other.rank : at > other.at;
  }
};

}  // namespace

BpeMerger::BpeMerger(const std::vector<Merge>& merges)
    : table_(std::bit_ceil(merges.size() * 2 + 2)) {
  for (std::size_t rank = 0; rank < merges.size(); ++rank) {
    const Merge& merge = merges[rank];
    const std::uint64_t pair = pair_of(merge.left, merge.right);
    table_[place_of(pair)] = {pair, static_cast<std::uint32_t>(rank), merge.result};
  }
}

std::size_t BpeMerger::place_of(std::uint64_t pair) const {
  const std::size_t mask = table_.size() - 1;
  std::uint64_t mixed = pair * 0x9E3779B97F4A7C15u;  // Fibonacci hashing
  std::size_t place = (mixed ^ (mixed >> 32)) & mask;
  while (table_[place].pair != kEmpty && table_[place].pair != pair) place = (place + 1) & mask;
  return place;
}

const BpeMerger::Entry* BpeMerger::find(TokenId left, TokenId right) const {
  const Entry& entry = table_[place_of(pair_of(left, right))];
  return entry.pair == kEmpty ? nullptr : &entry;
}

void BpeMerger::merge(std::vector<Symbol>& word) const {
  if (word.size() <= kShortWord) {
    merge_short(word);
  } else {
    merge_long(word);
  }
}

void BpeMerger::merge_short(std::vector<Symbol>& word) const {
  while (word.size() > 1) {
    const Entry* best = nullptr;
    std::size_t at = 0;
    for (std::size_t i = 0; i + 1 < word.size(); ++i) {
      const Entry* entry = find(word[i].id, word[i + 1].id);
      if (entry != nullptr && (best == nullptr || entry->rank < best->rank)) {
        best = entry;
        at = i;
      }
    }
    if (best == nullptr) return;
    word[at] = {best->result, word[at].size + word[at + 1].size};
    word.erase(word.begin() + static_cast<std::ptrdiff_t>(at) + 1);
  }
}

void BpeMerger::merge_long(std::vector<Symbol>& word) const {
  std::vector<Node> nodes(word.size());
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue;
  const auto consider = [&](std::uint32_t at) {
    const std::uint32_t after = nodes[at].after;
    if (after == kNone) return;
    const Entry* entry = find(nodes[at].symbol.id, nodes[after].symbol.id);
    if (entry != nullptr) queue.push({entry->rank, at, entry->result});
  };
  for (std::uint32_t i = 0; i < word.size(); ++i) {
    nodes[i] = {word[i], i == 0 ? kNone : i - 1, i + 1 == word.size() ? kNone : i + 1};
  }
  for (std::uint32_t i = 0; i < word.size(); ++i) consider(i);
  while (!queue.empty()) {
    const Candidate top = queue.top();
    queue.pop();
    Node& node = nodes[top.at];
    if (node.symbol.size == 0 || node.after == kNone) continue;  // merged away meanwhile
    Node& next = nodes[node.after];
    const Entry* entry = find(node.symbol.id, next.symbol.id);
    if (entry == nullptr || entry->rank != top.rank) continue;  // one of the two has changed
    node.symbol = {top.result, node.symbol.size + next.symbol.size};
    next.symbol.size = 0;
    node.after = next.after;
    if (node.after != kNone) nodes[node.after].before = top.at;
    if (node.before != kNone) consider(node.before);
    consider(top.at);
  }
  word.clear();
  for (std::uint32_t i = 0; i != kNone; i = nodes[i].after) word.push_back(nodes[i].symbol);
}

}  // namespace toolformer::text
