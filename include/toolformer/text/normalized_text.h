// SPDX-License-Identifier: Apache-2.0
// A text that was changed before it is cut into tokens, with the way back to its source.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace toolformer::text {

struct NormalizedText {
  std::string text;
  std::vector<std::size_t> source;  ///< [text.size() + 1], where each boundary stands in the
                                    ///< source; empty: the text is the source

  std::size_t source_of(std::size_t boundary) const {
    return source.empty() ? boundary : source[boundary];
  }
  /// Bytes [begin, end), with a source of its own; every boundary moved by `shift`.
  NormalizedText part(std::size_t begin, std::size_t end, std::size_t shift = 0) const;
  /// Writes `content` wherever `pattern` stands; all of it stands for the pattern's last byte.
  void replace(std::string_view pattern, std::string_view content);
  /// Writes `content` in front; it stands for nothing of the source.
  void prepend(std::string_view content);
};

}  // namespace toolformer::text
