// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/contract/result.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "toolformer/base/utf8.h"
#include "toolformer/calls/call_markers.h"
#include "toolformer/calls/call_syntax.h"
#include "toolformer/text/normalizer.h"

namespace toolformer::tools {
namespace {

constexpr char32_t kEscape = 0x1B;
constexpr char32_t kControlSequence = 0x9B;  // the one-character form of ESC [
constexpr char32_t kBell = 0x07;
constexpr char32_t kStringTerminator = 0x9C;

/// The first bytes of a valid text that can matter for `characters` characters; the rest is not
/// looked at.
std::string_view first_part(std::string_view text, std::size_t characters) {
  constexpr std::size_t kBytesPerCharacter =
      256;  // combining marks, blanks and escapes are dropped or folded
  std::size_t end = characters * kBytesPerCharacter;
  if (end >= text.size()) return text;
  while (!base::is_character_boundary(text, end)) --end;
  return text.substr(0, end);
}

std::u32string code_points(std::string_view text) {
  std::u32string out;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  for (std::size_t at = 0; at < text.size();) {
    utf8proc_int32_t code_point = 0;
    at += static_cast<std::size_t>(
        utf8proc_iterate(bytes + at, static_cast<utf8proc_ssize_t>(text.size() - at), &code_point));
    out += static_cast<char32_t>(code_point);
  }
  return out;
}

utf8proc_category_t category(char32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

bool is_blank(char32_t c) {
  const auto kind = category(c);
  return (c >= '\t' && c <= '\r') || c == 0x85 || kind == UTF8PROC_CATEGORY_ZS ||
         kind == UTF8PROC_CATEGORY_ZL || kind == UTF8PROC_CATEGORY_ZP;
}

bool is_dropped(char32_t c) {
  const auto kind = category(c);
  return kind == UTF8PROC_CATEGORY_CC || kind == UTF8PROC_CATEGORY_CF;
}

bool is_mark(char32_t c) {
  const auto kind = category(c);
  return kind == UTF8PROC_CATEGORY_MN || kind == UTF8PROC_CATEGORY_MC ||
         kind == UTF8PROC_CATEGORY_ME;
}

/// Where the terminal escape (ECMA-48) that begins at `at` ends; `at` itself when none does.
std::size_t escape_end(const std::u32string& text, std::size_t at) {
  std::size_t next = at + 1;
  char32_t kind = U'[';
  if (text[at] == kEscape) {
    if (next == text.size()) return next;
    kind = text[next++];
  } else if (text[at] != kControlSequence) {
    return at;
  }
  if (kind == U'[') {
    while (next < text.size() && text[next] >= 0x20 && text[next] <= 0x3F) ++next;
    return next < text.size() && text[next] >= 0x40 && text[next] <= 0x7E ? next + 1 : next;
  }
  if (kind == U']' || kind == U'P' || kind == U'X' || kind == U'^' || kind == U'_') {
    while (next < text.size() && text[next] != kBell && text[next] != kStringTerminator &&
           text[next] != kEscape) {
      ++next;
    }
    if (next < text.size() && text[next] == kEscape) ++next;  // ESC \ is two characters
    return std::min(next + 1, text.size());
  }
  return kind >= 0x20 && kind <= 0x7E ? next : at + 1;
}

std::string without_controls(const std::u32string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t end = escape_end(text, at); end > at) {
      at = end;
    } else {
      if (is_blank(text[at])) {
        out += ' ';
      } else if (!is_dropped(text[at])) {
        base::append_utf8(out, text[at]);
      }
      ++at;
    }
  }
  return out;
}

std::string single_spaces(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ' ' && (out.empty() || out.back() == ' ')) continue;
    out += c;
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

/// A quarter of a token is the unit.
std::size_t quarters(char32_t c) {
  if (c == U' ') return 0;
  if (c < 0x80) return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') ? 1 : 4;
  return c < 0x800 ? 2 : c < 0x10000 ? 4 : 8;
}

std::string cut(const std::string& text, const ResultLimits& limits) {
  std::u32string points = code_points(text);
  std::size_t end = 0;
  for (std::size_t cost = 0; end < points.size() && end < limits.characters; ++end) {
    cost += quarters(points[end]);
    if (cost > 4 * limits.tokens) break;
  }
  if (end == points.size()) return text;
  if (points[end] != U' ') {
    const std::size_t space = points.rfind(U' ', end);
    if (space != std::u32string::npos) end = space;
  }
  while (end > 0 && is_mark(points[end])) --end;
  std::string out;
  for (std::size_t i = 0; i < end; ++i) base::append_utf8(out, points[i]);
  return out;
}

/// The characters that compatibility forms stand for: tokenizers may read one as the other.
std::string compatible(const std::string& text) {
  utf8proc_uint8_t* mapped = nullptr;
  const utf8proc_ssize_t size = utf8proc_map(
      reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
      static_cast<utf8proc_ssize_t>(text.size()), &mapped,
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE));
  if (size < 0) return text;
  std::string out(reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(size));
  std::free(mapped);
  return out;
}

std::string_view skip_blanks(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return text;
}

/// Whether `Name(` stands at the beginning.
bool names_a_tool(std::string_view text) {
  const std::string_view rest = skip_blanks(text);
  const std::size_t paren = rest.find('(');
  if (paren == std::string_view::npos) return false;
  const std::string_view name = rest.substr(0, paren);
  return calls::is_tool_name(name.substr(0, name.find_last_not_of(' ') + 1));
}

/// The piece of the text that would open a call.
std::optional<std::string> opens_call(const std::string& text, std::string_view marker) {
  const std::string_view visible = skip_blanks(marker);
  for (std::size_t at = text.find(visible); !visible.empty() && at != std::string::npos;
       at = text.find(visible, at + 1)) {
    const std::string_view behind = std::string_view(text).substr(at + visible.size());
    if (names_a_tool(behind)) return text.substr(at, visible.size() + behind.find('(') + 1);
  }
  return std::nullopt;
}

}  // namespace

Outcome clean_result(std::string_view raw, const ResultLimits& limits) {
  if (const auto at = base::find_invalid_utf8(raw)) {
    return Outcome::error(error_kind::kBadResult,
                          fmt::format("the tool's result is not UTF-8 at byte {}", *at));
  }
  const std::u32string points = code_points(first_part(raw, limits.characters));
  std::string text = cut(single_spaces(text::to_nfc(without_controls(points)).text), limits);
  if (text.empty()) {
    return Outcome::error(error_kind::kNoResult, "the tool returned nothing to show");
  }
  const std::string seen = compatible(text);
  for (const std::string& marker : {limits.open_marker, calls::kTokenMarkers.open}) {
    if (const auto piece = opens_call(seen, marker)) {
      return Outcome::error(
          error_kind::kBadResult,
          fmt::format("the tool's result holds `{}`, which would open a call", *piece));
    }
  }
  return Outcome::value(std::move(text));
}

}  // namespace toolformer::tools
