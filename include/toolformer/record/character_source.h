// SPDX-License-Identifier: Apache-2.0
// The bytes of an input one at a time, without a byte order mark, with the line they stand in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "toolformer/record/byte_source.h"

namespace toolformer::record {

/// An input whose first bytes have been looked at.
struct BegunSource {
  std::string start;                 ///< the first bytes, to be read before the others
  std::unique_ptr<ByteSource> rest;  ///< may be null: there are none
};

class CharacterSource {
 public:
  static constexpr int kEnd = -1;

  explicit CharacterSource(BegunSource source);

  int peek();                                 ///< the next byte, 0 to 255, or kEnd
  int take();                                 ///< the same, and goes on behind it
  std::size_t line() const { return line_; }  ///< of the next byte, counted from 1
  /// Behind the end: why it is not the whole file, if so.
  std::optional<std::string> damage() const { return rest_ ? rest_->damage() : std::nullopt; }
  std::uint64_t consumed() const { return rest_ ? rest_->consumed() : 0; }

 private:
  std::string buffer_;
  std::unique_ptr<ByteSource> rest_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

}  // namespace toolformer::record
