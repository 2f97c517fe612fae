// SPDX-License-Identifier: Apache-2.0
// Lines of an input with their numbers. Memory is bounded by the longest line that is allowed,
// whatever the file holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "toolformer/record/byte_source.h"

namespace toolformer::record {

inline constexpr std::size_t kMaxLineBytes = 16U << 20U;

struct Line {
  std::size_t number = 0;             ///< counted from 1, blank lines included
  std::string_view text;              ///< without its end; valid until the next call
  bool too_long = false;              ///< longer than kMaxLineBytes: text is empty
  std::optional<std::string> damage;  ///< the file ends here before its time: why; text is empty
  /// Why a row of a table is none; text is empty.
  std::optional<std::string> problem = std::nullopt;
};

/// Skips blank lines, a byte order mark at the start and the \r of \r\n; the last line needs no
/// newline.
class LineReader {
 public:
  explicit LineReader(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}

  /// nullopt: no more lines.
  std::optional<Line> next();
  /// The first bytes, unpacked, `count` where there are so many; before next() was called.
  std::string_view start(std::size_t count);
  std::uint64_t consumed() const { return source_->consumed(); }

 private:
  struct RawLine {
    std::string_view text;
    bool too_long = false;
    bool has_newline = false;
  };
  std::optional<RawLine> next_raw();
  bool fill();  // false: the source has ended

  std::unique_ptr<ByteSource> source_;
  std::string buffer_;
  std::size_t begin_ = 0;  // the unread part of the buffer is [begin_, end_)
  std::size_t end_ = 0;
  std::size_t number_ = 0;
  bool ended_ = false;
  bool damage_told_ = false;
};

}  // namespace toolformer::record
