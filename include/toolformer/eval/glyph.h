// SPDX-License-Identifier: Apache-2.0
// A character of a text by what it means inside a number, however it is spelled.
#pragma once

#include <cstddef>
#include <string_view>

namespace toolformer::eval {

struct Glyph {
  /// Digits, `.`, `,`, `/`, `:`, `^`, `%`, brackets: as in ASCII. Minus signs, hyphens and the en
  /// dash are `-`, all blanks ' ', currencies `$`, multiplication signs `*`, letters `a` but for e
  /// and x; then kLongDash and so on; 0: anything else, or no character.
  char means = 0;
  std::size_t size = 0;  ///< bytes; 0: the text ends here
};
inline constexpr char kLongDash = '\1';
inline constexpr char kThinSpace = '\2';   ///< a blank that may set thousands apart
inline constexpr char kFraction = '\3';    ///< one character: ½
inline constexpr char kApostrophe = '\'';  ///< may set thousands apart
inline constexpr char kUnread = '\4';      ///< a root, a raised digit, another operator

/// The character that begins at text[at].
Glyph glyph_at(std::string_view text, std::size_t at);
/// The character that ends before text[at].
Glyph glyph_before(std::string_view text, std::size_t at);

inline bool is_digit_glyph(const Glyph& glyph) {
  return glyph.means >= '0' && glyph.means <= '9';
}
inline bool is_blank_glyph(const Glyph& glyph) {
  return glyph.means == ' ' || glyph.means == kThinSpace;
}
inline bool is_letter_glyph(const Glyph& glyph) {
  return glyph.means == 'a' || glyph.means == 'e' || glyph.means == 'x';
}

}  // namespace toolformer::eval
