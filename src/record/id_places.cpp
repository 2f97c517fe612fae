// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/id_places.h"

#include <functional>
#include <utility>

namespace toolformer::record {

IdPlaces::Slot& IdPlaces::find(std::uint64_t hash) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  while (slots_[at].hash != 0 && slots_[at].hash != hash) at = (at + 1) & mask;
  return slots_[at];
}

void IdPlaces::grow() {
  std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots_.size() * 2));
  for (const Slot& slot : old) {
    if (slot.hash != 0) find(slot.hash) = slot;
  }
}

std::optional<Place> IdPlaces::claim(std::string_view id, const Place& place) {
  static_assert(sizeof(std::size_t) == 8, "ids are told apart by 64-bit hashes");
  std::uint64_t hash = std::hash<std::string_view>{}(id);
  if (hash == 0) hash = 1;
  Slot& slot = find(hash);
  if (slot.hash != 0) return slot.place;
  slot = {hash, place};
  if (++size_ * 4 > slots_.size() * 3) grow();
  return std::nullopt;
}

}  // namespace toolformer::record
