// SPDX-License-Identifier: Apache-2.0
// Pieces of text with a role each, wrapped to the width of a terminal and coloured at the last
// moment.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace toolformer::inspect {

enum class Role {
  kPlain,
  kHeading,
  kKept,       ///< a kept call
  kCandidate,  ///< a call nobody has decided on
  kDropped,    ///< a call that was not kept
  kFaint,      ///< numbers and notes beside the text
};

struct Piece {
  std::string text;  ///< free of control characters but newlines (base::escape_controls)
  Role role = Role::kPlain;
};

/// The text in the colour of its role; unchanged without colour.
std::string paint(std::string_view text, Role role, bool color);

struct Page {
  std::size_t width = 100;
  bool color = false;
};

/// Wraps at spaces, and inside a word only when it is wider than a line; keeps newlines. Lines
/// begin with `indent` spaces and end with a newline.
std::string wrap(const std::vector<Piece>& pieces, const Page& page, std::size_t indent);

}  // namespace toolformer::inspect
