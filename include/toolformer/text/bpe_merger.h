// SPDX-License-Identifier: Apache-2.0
// Byte-pair encoding (Sennrich et al., arXiv 1508.07909): of all neighbouring pairs, the one with
// the lowest rank is merged, the leftmost first, until none is left. O(n log n) in the length of
// the word.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "toolformer/text/tokenizer_spec.h"

namespace toolformer::text {

/// A part of a word: its id and how many bytes of the word it covers.
struct Symbol {
  TokenId id = 0;
  std::size_t size = 0;
};

class BpeMerger {
 public:
  explicit BpeMerger(const std::vector<Merge>& merges);
  /// Merges in place.
  void merge(std::vector<Symbol>& word) const;

 private:
  struct Entry {
    std::uint64_t pair = kEmpty;
    std::uint32_t rank = 0;
    TokenId result = 0;
  };
  static constexpr std::uint64_t kEmpty = ~std::uint64_t{0};

  const Entry* find(TokenId left, TokenId right) const;
  std::size_t place_of(std::uint64_t pair) const;
  void merge_short(std::vector<Symbol>& word) const;
  void merge_long(std::vector<Symbol>& word) const;

  std::vector<Entry> table_;  // open addressing, a power of two of places
};

}  // namespace toolformer::text
