// SPDX-License-Identifier: Apache-2.0
// Where each id was seen first: what finds duplicates over all inputs of a run. About 30 bytes an
// id: the ids are kept as 64-bit hashes, so that among 100 million of them a false duplicate has a
// chance of 1 in 3,700.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace toolformer::record {

struct Place {
  std::uint32_t file = 0;  ///< index into the list of inputs
  std::uint64_t line = 0;
};

class IdPlaces {
 public:
  /// Remembers the place; when the id is taken already, returns where it was seen first.
  std::optional<Place> claim(std::string_view id, const Place& place);
  std::size_t size() const { return size_; }

 private:
  struct Slot {
    std::uint64_t hash = 0;  // 0: free
    Place place;
  };
  Slot& find(std::uint64_t hash);
  void grow();

  std::vector<Slot> slots_ =
      std::vector<Slot>(1024);  // open addressing, a power of two, at most 3/4 full
  std::size_t size_ = 0;
};

}  // namespace toolformer::record
