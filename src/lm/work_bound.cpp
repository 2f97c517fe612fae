// SPDX-License-Identifier: Apache-2.0
#include "toolformer/lm/work_bound.h"

namespace toolformer::lm {

void WorkBound::add(std::size_t place, std::span<const text::TokenId> tokens) {
  // The longest first: what is there already has all its beginnings.
  for (std::size_t length = tokens.size(); length > 0; --length) {
    const auto path = tokens.first(length);
    if (!nodes_.emplace(place, std::vector(path.begin(), path.end())).second) return;
  }
}

}  // namespace toolformer::lm
