// SPDX-License-Identifier: Apache-2.0
#include "toolformer/base/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "toolformer/base/error.h"
#include "toolformer/base/utf8.h"

namespace toolformer::base {
namespace {

struct Range {
  std::uint32_t first, last;
};

// Combining marks and joiners of the scripts that texts are likely to hold.
constexpr Range kZeroWidth[] = {
    {0x300, 0x36F},   {0x483, 0x489},   {0x591, 0x5BD},   {0x610, 0x61A},   {0x64B, 0x65F},
    {0x670, 0x670},   {0x6D6, 0x6DC},   {0x93C, 0x93C},   {0x941, 0x948},   {0x94D, 0x94D},
    {0xE31, 0xE31},   {0xE34, 0xE3A},   {0xE47, 0xE4E},   {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},
    {0x200B, 0x200D}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xE0100, 0xE01EF}};
// East Asian Wide and Fullwidth (Unicode UAX 11), emoji included.
constexpr Range kWide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},  {0xA960, 0xA97F},
    {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},  {0xFFE0, 0xFFE6},
    {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD}};
// Reordering and separators: U+061C, LRM/RLM, LS/PS, embeddings, isolates, deprecated format
// characters, BOM, tags.
constexpr Range kHidden[] = {{0x7F, 0x9F},     {0x61C, 0x61C},    {0x200E, 0x200F},
                             {0x2028, 0x202E}, {0x2060, 0x206F},  {0xFEFF, 0xFEFF},
                             {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F}};

template <std::size_t N>
bool in(const Range (&ranges)[N], std::uint32_t c) {
  return std::any_of(ranges, ranges + N, [c](Range r) { return r.first <= c && c <= r.last; });
}

struct Character {
  std::uint32_t code = 0;
  std::size_t size = 0;  // bytes; 0: no valid character begins here
};

Character character_at(std::string_view text, std::size_t at) {
  const std::size_t size = utf8_length(text, at);
  std::uint32_t code = static_cast<unsigned char>(text[at]);
  if (size > 1) code &= 0xFFU >> (size + 1);
  for (std::size_t i = 1; i < size; ++i) {
    code = code << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
  }
  return {code, size};
}

}  // namespace

bool use_color(Color choice, int descriptor) {
  if (choice != Color::kAuto) return choice == Color::kAlways;
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  return isatty(descriptor) != 0 && (no_color == nullptr || *no_color == '\0') && term != nullptr &&
         std::string_view(term) != "dumb";
}

std::size_t terminal_width(int descriptor, std::size_t otherwise) {
  constexpr std::size_t kNarrowest = 40;
  winsize size{};
  if (isatty(descriptor) != 0 && ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    return std::max<std::size_t>(size.ws_col, kNarrowest);
  }
  const char* columns = std::getenv("COLUMNS");
  const long given = columns == nullptr ? 0 : std::strtol(columns, nullptr, 10);
  return std::max(given > 0 && given < 10000 ? static_cast<std::size_t>(given) : otherwise,
                  kNarrowest);
}

std::string escape_controls(std::string_view text, bool keep_newlines) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const Character c = character_at(text, at);
    if (c.size == 0 || c.code < 0x20) {
      const auto byte = static_cast<unsigned char>(text[at++]);
      if (byte == '\n') {
        result += keep_newlines ? "\n" : "\\n";
      } else if (byte == '\t') {
        result += ' ';
      } else {
        result += fmt::format("\\x{:02x}", byte);
      }
      continue;
    }
    if (in(kHidden, c.code)) {
      result += fmt::format("\\u{:04x}", c.code);
    } else {
      result += text.substr(at, c.size);
    }
    at += c.size;
  }
  return result;
}

bool write_stdout(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EPIPE) {
      return false;
    } else if (errno != EINTR) {
      throw_error<IoError>("could not write to stdout: {}", std::strerror(errno));
    }
  }
  return true;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Character c = character_at(text, at);
    at += std::max<std::size_t>(c.size, 1);
    if (c.size > 0 && in(kZeroWidth, c.code)) continue;
    width += c.size > 0 && in(kWide, c.code) ? 2 : 1;
  }
  return width;
}

}  // namespace toolformer::base
