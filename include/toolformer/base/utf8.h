// SPDX-License-Identifier: Apache-2.0
// UTF-8 as Unicode defines it (table 3-7): no overlong forms, no surrogates, nothing above
// U+10FFFF.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace toolformer::base {

/// The offset of the first byte that is not part of a valid character; nullopt: all valid.
std::optional<std::size_t> find_invalid_utf8(std::string_view text);

/// Bytes of the valid character that begins at text[at]; 0 when none does.
std::size_t utf8_length(std::string_view text, std::size_t at);

/// Whether `at` lies between two characters of a valid text (0 and text.size() do).
inline bool is_character_boundary(std::string_view text, std::size_t at) {
  return at == text.size() ||
         (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U);
}

/// Characters of a valid text.
std::size_t count_characters(std::string_view text);

/// The text with every byte that belongs to no character replaced by U+FFFD.
std::string replace_invalid_utf8(std::string_view bytes);

/// How many bytes at the end begin a character that they do not complete; 0 to 3.
std::size_t unfinished_utf8(std::string_view bytes);

/// Appends the character; `code_point` must not be a surrogate nor above U+10FFFF.
void append_utf8(std::string& text, char32_t code_point);

}  // namespace toolformer::base
