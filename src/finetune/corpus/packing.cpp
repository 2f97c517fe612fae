// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/corpus/packing.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include <fmt/format.h>

namespace toolformer::finetune {
namespace {

/// The largest free room in each subtree of a complete binary tree over the packs: finds the first
/// pack with enough room in O(log n) instead of looking at all of them.
class RoomTree {
 public:
  RoomTree(std::size_t packs, std::size_t capacity) {
    while (leaves_ < packs) leaves_ *= 2;
    room_.assign(2 * leaves_, capacity);
  }

  /// The first pack with that much room; it loses it.
  std::size_t take(std::size_t need) {
    std::size_t node = 1;
    while (node < leaves_) node = room_[2 * node] >= need ? 2 * node : 2 * node + 1;
    const std::size_t pack = node - leaves_;
    room_[node] -= need;
    for (node /= 2; node > 0; node /= 2)
      room_[node] = std::max(room_[2 * node], room_[2 * node + 1]);
    return pack;
  }

 private:
  std::size_t leaves_ = 1;
  std::vector<std::size_t> room_;  // [2 * leaves], root at 1
};

}  // namespace

std::vector<Pack> first_fit_decreasing(std::span<const std::size_t> lengths, std::size_t capacity) {
  std::vector<std::size_t> order(lengths.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return lengths[a] > lengths[b]; });
  std::vector<Pack> packs;
  RoomTree tree(lengths.size(), capacity);
  for (const std::size_t index : order) {
    if (lengths[index] > capacity) {
      throw std::invalid_argument(fmt::format("packing: example {} has {} tokens, a pack holds {}",
                                              index, lengths[index], capacity));
    }
    const std::size_t pack = tree.take(lengths[index]);
    if (pack >= packs.size()) packs.resize(pack + 1);
    packs[pack].members.push_back(index);
    packs[pack].tokens += lengths[index];
  }
  return packs;
}

}  // namespace toolformer::finetune
