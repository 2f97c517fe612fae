// SPDX-License-Identifier: Apache-2.0
// Text of documents, models and tools on a person's terminal: nothing in it may steer the terminal,
// reorder what is seen, or break the layout.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "toolformer/base/enum_names.h"

namespace toolformer::base {

enum class Color { kAuto, kAlways, kNever };
constexpr Names<3> names_of(Color /*type*/) {
  return {"auto", "always", "never"};
}

/// auto: the descriptor is a terminal, NO_COLOR is unset or empty, TERM is not dumb.
bool use_color(Color choice, int descriptor);

/// Columns of the terminal behind the descriptor, else $COLUMNS, else `otherwise`; at least 40.
std::size_t terminal_width(int descriptor, std::size_t otherwise = 100);

/// Control characters, bidirectional controls, line separators and bytes that are no UTF-8 written
/// as \x1b, \u202e. Newlines stay when `keep_newlines`, else they become \n; a tab becomes a space.
std::string escape_controls(std::string_view text, bool keep_newlines = false);

/// Writes to stdout at once; false when nobody reads it any more (the pipe into `head` is closed),
/// which is no error: stop printing. Throws IoError for everything else, a full disk for instance.
/// Expects SIGPIPE to be ignored.
bool write_stdout(std::string_view text);

/// Columns an escaped text takes: 2 for East Asian wide characters and emoji, 0 for combining
/// marks.
std::size_t display_width(std::string_view text);

}  // namespace toolformer::base
