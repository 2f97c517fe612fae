// SPDX-License-Identifier: Apache-2.0
// A few of many, each as likely as any other, without knowing how many come (Vitter 1985,
// algorithm R).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "toolformer/base/random.h"

namespace toolformer::record {

template <class T>
class Reservoir {
 public:
  Reservoir(std::size_t capacity, std::uint64_t seed) : capacity_(capacity), seed_(seed) {}

  void offer(const T& item) {
    ++offered_;
    if (items_.size() < capacity_) {
      items_.push_back(item);
      return;
    }
    const base::KeyedRandom random(seed_, {"reservoir", std::uint64_t{offered_}});
    const auto place = static_cast<std::size_t>(random.uniform(0) * static_cast<double>(offered_));
    if (place < capacity_) items_[place] = item;
  }

  const std::vector<T>& items() const { return items_; }
  std::size_t offered() const { return offered_; }

 private:
  std::size_t capacity_, offered_ = 0;
  std::uint64_t seed_;
  std::vector<T> items_;
};

}  // namespace toolformer::record
