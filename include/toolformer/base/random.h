// SPDX-License-Identifier: Apache-2.0
// Random numbers keyed by what they are for, not by call order: shards, batches, threads and resume
// cannot change a draw. Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2,
// 3", SC 2011).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace toolformer::base {

/// One independent stream per key, e.g. {document id, "Calculator", position, sample}.
class KeyedRandom {
 public:
  using KeyPart = std::variant<std::string_view, std::uint64_t>;
  KeyedRandom(std::uint64_t seed, std::initializer_list<KeyPart> key);

  /// The `index`-th number of the stream, in [0, 1) with 53 bits. Stateless: any order, any subset.
  double uniform(std::uint64_t index) const;
  /// The `index`-th 64 random bits of the stream.
  std::uint64_t bits(std::uint64_t index) const;

 private:
  std::uint64_t key_ = 0;      // Philox key
  std::uint64_t counter_ = 0;  // high half of the Philox counter
};

}  // namespace toolformer::base
