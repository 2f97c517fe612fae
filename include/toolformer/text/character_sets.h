// SPDX-License-Identifier: Apache-2.0
// Sets of characters as Oniguruma knows them (Unicode 16), written for the inside of PCRE2's
// brackets, whichever Unicode version that library has.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace toolformer::text {

struct CharacterSet {
  std::string members;  ///< what stands between "[" and "]"
  bool negated = false;
  bool case_matters = true;          ///< whether (?i) would change it
  std::string when_case_is_ignored;  ///< members that (?i) adds: U+0345 folds to a letter
};

/// White_Space, which is what \s means; PCRE2's \s also has U+180E.
inline constexpr std::string_view kSpaceMembers =
    R"(\t-\r\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000})";

/// Of \s, \w, \d, \h and their capitals; nothing for another letter. Inside of brackets \w lacks
/// the superscripts and fractions of Latin-1.
std::optional<CharacterSet> shorthand_set(char letter, bool in_brackets);

/// Of \p{name}: general categories, scripts, and a few others; nothing for a name that is not
/// known here.
std::optional<CharacterSet> property_set(std::string_view name, bool in_brackets);

/// Of [:name:].
std::optional<CharacterSet> posix_set(std::string_view name);

}  // namespace toolformer::text
