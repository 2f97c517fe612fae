// SPDX-License-Identifier: Apache-2.0
// Unicode data that normalisation form C needs; Hangul is computed instead.
#pragma once

#include <cstdint>
#include <span>

namespace toolformer::text {

/// Characters first..last have this canonical combining class; all others have 0.
struct CombiningClass {
  char32_t first, last;
  std::uint8_t value;
};
/// Canonical decomposition of one step; `right` is 0 for a single character.
struct Decomposition {
  char32_t character, left, right;
};
/// left + right compose to this (exclusions are left out).
struct Composition {
  char32_t left, right, character;
};

std::span<const CombiningClass> combining_classes();  ///< ascending
std::span<const Decomposition> decompositions();      ///< ascending
std::span<const Composition> compositions();          ///< ascending by left, then right

}  // namespace toolformer::text
