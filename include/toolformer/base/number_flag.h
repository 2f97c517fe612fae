// SPDX-License-Identifier: Apache-2.0
// Flags that take numbers, read strictly from their text. CLI11 2.1 alone turns -1 into the largest
// number, 010 into 8 and an empty text into 0.
#pragma once

#include <cstdint>
#include <limits>

namespace CLI {
class Option;
}

namespace toolformer::base {

/// Both ends are allowed.
struct CountRange {
  std::uint64_t least = 0;
  std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
};

/// Far above every sensible number of tokens, words, samples or documents in memory: more is a
/// mistake, and would fill the memory or never end.
inline constexpr std::uint64_t kMillion = 1'000'000;

/// Each value of `option` must be digits only and within the range; CLI11 refuses others with the
/// flag, what is allowed and the text. Gives `option` back, with the type name N.
CLI::Option* take_count(CLI::Option* option, CountRange range = {});

/// Each value of `option` must be a finite number. Gives `option` back.
CLI::Option* take_number(CLI::Option* option);

}  // namespace toolformer::base
