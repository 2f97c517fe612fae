// SPDX-License-Identifier: Apache-2.0
// First-fit decreasing: puts examples of uneven length into packs of at most `capacity` tokens.
// Pure; ties keep the order of the input. Packs are flat token lists, so a pack that is not full
// costs nothing but a shorter matrix.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace toolformer::finetune {

struct Pack {
  std::vector<std::size_t> members;  ///< indices into the lengths
  std::size_t tokens = 0;            ///< sum of their lengths
};

/// Throws std::invalid_argument when a length is above the capacity: splitting is the builder's
/// business.
std::vector<Pack> first_fit_decreasing(std::span<const std::size_t> lengths, std::size_t capacity);

}  // namespace toolformer::finetune
