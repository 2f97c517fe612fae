// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/glyph.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>

#include "toolformer/base/ascii.h"
#include "toolformer/base/blank.h"

namespace toolformer::eval {
namespace {

char ascii_meaning(char c) {
  if (base::is_blank(c)) return ' ';
  if (c == 'e' || c == 'E') return 'e';
  if (c == 'x' || c == 'X') return 'x';
  if (base::is_letter(c)) return 'a';
  return c;
}

/// Digits that are not ASCII, by their zero: Arabic, Persian, Devanagari, Bengali, Thai, fullwidth.
constexpr std::array<utf8proc_int32_t, 6> kZeros = {0x0660, 0x06F0, 0x0966, 0x09E6, 0x0E50, 0xFF10};

/// Arrows and "therefore", "about", "less than": what stands behind them is an expression of its
/// own.
bool is_relation(utf8proc_int32_t point) {
  constexpr std::array<std::array<utf8proc_int32_t, 2>, 4> kRelations = {
      {{0x2190, 0x21FF}, {0x2234, 0x2237}, {0x223C, 0x228B}, {0x27F0, 0x297F}}};
  return std::any_of(kRelations.begin(), kRelations.end(),
                     [point](const auto& range) { return point >= range[0] && point <= range[1]; });
}

char category_meaning(utf8proc_int32_t point) {
  switch (utf8proc_category(point)) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return ' ';
    case UTF8PROC_CATEGORY_SC:
      return '$';
    case UTF8PROC_CATEGORY_SM:
      return is_relation(point) ? 0 : kUnread;
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
      return 'a';
    default:
      return 0;
  }
}

struct Meaning {
  utf8proc_int32_t point;
  char means;
};
// Hyphens, dashes and minus signs; blanks and the apostrophe of thousands; times signs and dots;
// fraction and division signs; points, commas, percent signs and colons.
constexpr std::array<Meaning, 31> kMeanings = {
    {{0x2010, '-'},        {0x2011, '-'},         {0x2012, '-'},        {0x2013, '-'},
     {0x2212, '-'},        {0xFE58, '-'},         {0xFE63, '-'},        {0xFF0D, '-'},
     {0x2014, kLongDash},  {0x2015, kLongDash},   {0x00A0, kThinSpace}, {0x2009, kThinSpace},
     {0x202F, kThinSpace}, {0x2019, kApostrophe}, {0x00D7, '*'},        {0x00B7, '*'},
     {0x2219, '*'},        {0x22C5, '*'},         {0x00F7, '/'},        {0x2044, '/'},
     {0x2215, '/'},        {0xFF0F, '/'},         {0x066B, '.'},        {0xFF0E, '.'},
     {0x066C, ','},        {0xFF0C, ','},         {0x066A, '%'},        {0xFE6A, '%'},
     {0xFF05, '%'},        {0x2236, ':'},         {0xFF1A, ':'}}};

bool is_one_character_fraction(utf8proc_int32_t point) {
  return (point >= 0xBC && point <= 0xBE) || (point >= 0x2150 && point <= 0x215E);
}

bool is_raised_digit(utf8proc_int32_t point) {
  return point == 0xB2 || point == 0xB3 || point == 0xB9 || (point >= 0x2070 && point <= 0x2079);
}

char meaning(utf8proc_int32_t point) {
  for (const utf8proc_int32_t zero : kZeros) {
    if (point >= zero && point < zero + 10) return static_cast<char>('0' + (point - zero));
  }
  for (const Meaning& known : kMeanings) {
    if (known.point == point) return known.means;
  }
  if (is_one_character_fraction(point)) return kFraction;
  return is_raised_digit(point) ? kUnread : category_meaning(point);
}

}  // namespace

Glyph glyph_at(std::string_view text, std::size_t at) {
  if (at >= text.size()) return {};
  if (static_cast<unsigned char>(text[at]) < 0x80) return {ascii_meaning(text[at]), 1};
  utf8proc_int32_t point = 0;
  const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                                     static_cast<utf8proc_ssize_t>(text.size() - at), &point);
  if (size < 1) return {0, 1};
  return {meaning(point), static_cast<std::size_t>(size)};
}

Glyph glyph_before(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongest = 4;
  for (std::size_t size = 1; size <= std::min(kLongest, at); ++size) {
    if ((static_cast<unsigned char>(text[at - size]) & 0xC0U) == 0x80U) continue;
    const Glyph glyph = glyph_at(text, at - size);
    if (glyph.size == size) return glyph;
  }
  return at == 0 ? Glyph{} : Glyph{0, 1};
}

}  // namespace toolformer::eval
