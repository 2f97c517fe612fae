// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/styled_text.h"

#include <algorithm>

#include "toolformer/base/terminal.h"

namespace toolformer::inspect {
namespace {

std::string_view escape_code(Role role) {
  switch (role) {
    case Role::kHeading:
      return "\x1b[1m";
    case Role::kKept:
      return "\x1b[1;32m";
    case Role::kCandidate:
      return "\x1b[33m";
    case Role::kDropped:
      return "\x1b[31m";
    case Role::kFaint:
      return "\x1b[2m";
    default:
      return "";
  }
}

std::size_t character_size(std::string_view text) {
  std::size_t size = 1;
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) ++size;
  return size;
}

class Wrapper {
 public:
  Wrapper(const Page& page, std::size_t indent) : page_(page), indent_(indent, ' ') {}

  void add(const Piece& piece) {
    std::string_view text = piece.text;
    while (!text.empty()) {
      const std::size_t end = text.find_first_of(" \n");
      add_to_word({std::string(text.substr(0, end)), piece.role});
      if (end == std::string_view::npos) return;
      flush_word();
      if (text[end] == '\n') {
        end_line();
      } else {
        ++spaces_;
      }
      text.remove_prefix(end + 1);
    }
  }

  std::string finish() {
    flush_word();
    if (column_ > 0) end_line();
    return std::move(result_);
  }

 private:
  void add_to_word(Piece piece) {
    if (piece.text.empty()) return;
    word_width_ += base::display_width(piece.text);
    word_.push_back(std::move(piece));
  }

  void flush_word() {
    if (word_.empty()) return;
    const std::size_t room = page_.width > indent_.size() ? page_.width - indent_.size() : 1;
    if (column_ > 0 && column_ + spaces_ + word_width_ > room) {
      end_line();
      spaces_ = 0;
    }
    const std::size_t spaces = std::min(spaces_, room - 1);
    write(std::string(spaces, ' '), Role::kPlain, spaces);
    spaces_ = 0;
    for (const Piece& piece : word_) write_broken(piece, room);
    word_.clear();
    word_width_ = 0;
  }

  /// Fills line after line when the piece is wider than what is left; each character is looked at
  /// once.
  void write_broken(const Piece& piece, std::size_t room) {
    const std::string_view text = piece.text;
    std::size_t begin = 0, width = 0;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t size = character_size(text.substr(at));
      const std::size_t columns = base::display_width(text.substr(at, size));
      if (column_ + width + columns > room && column_ + width > 0) {
        write(text.substr(begin, at - begin), piece.role, width);
        end_line();
        begin = at;
        width = 0;
      }
      width += columns;
      at += size;
    }
    write(text.substr(begin), piece.role, width);
  }

  void write(std::string_view text, Role role, std::size_t width) {
    if (text.empty()) return;
    if (column_ == 0) result_ += indent_;
    result_ += paint(text, role, page_.color);
    column_ += width;
  }

  void end_line() {
    result_ += '\n';
    column_ = 0;
    spaces_ = 0;
  }

  const Page& page_;
  std::string indent_;
  std::string result_;
  std::vector<Piece> word_;
  std::size_t word_width_ = 0;
  std::size_t spaces_ = 0;  // before the word
  std::size_t column_ = 0;  // behind the indent
};

}  // namespace

std::string paint(std::string_view text, Role role, bool color) {
  const std::string_view code = color ? escape_code(role) : "";
  if (code.empty() || text.empty()) return std::string(text);
  return std::string(code).append(text).append("\x1b[0m");
}

std::string wrap(const std::vector<Piece>& pieces, const Page& page, std::size_t indent) {
  Wrapper wrapper(page, indent);
  for (const Piece& piece : pieces) wrapper.add(piece);
  return wrapper.finish();
}

}  // namespace toolformer::inspect
