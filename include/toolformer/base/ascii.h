// SPDX-License-Identifier: Apache-2.0
// Kinds of ASCII characters, whatever the locale.
#pragma once

namespace toolformer::base {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// A letter, a digit, or a byte of a character beyond ASCII.
constexpr bool is_word_byte(char c) {
  return is_digit(c) || is_letter(c) || static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace toolformer::base
