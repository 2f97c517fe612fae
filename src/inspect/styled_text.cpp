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
    write(std::string(std::min(spaces_, room - 1), ' '), Role::kPlain);
    spaces_ = 0;
    for (const Piece& piece : word_) {
      std::string_view rest = piece.text;
      while (column_ + base::display_width(rest) > room) {  // wider than a line: break it
        std::size_t size = 0, width = 0;
        while (size < rest.size()) {
          const std::size_t next = character_size(rest.substr(size));
          const std::size_t columns = base::display_width(rest.substr(size, next));
          if (column_ + width + columns > room && column_ + width > 0) break;
          width += columns;
          size += next;
        }
        write(rest.substr(0, size), piece.role);
        rest.remove_prefix(size);
        if (rest.empty()) break;
        end_line();
      }
      write(rest, piece.role);
    }
    word_.clear();
    word_width_ = 0;
  }

  void write(std::string_view text, Role role) {
    if (text.empty()) return;
    if (column_ == 0) result_ += indent_;
    result_ += paint(text, role, page_.color);
    column_ += base::display_width(text);
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
