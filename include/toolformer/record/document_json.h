// SPDX-License-Identifier: Apache-2.0
// Document <-> one line of JSON: the only place that knows field names, their order and their rules
// (data/README.md).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "toolformer/record/document.h"

namespace toolformer::record {

/// Why a line cannot be used. `kind` is a short word that summaries count, `message` is for people.
struct Problem {
  std::string kind;
  std::string message;
  bool operator==(const Problem&) const = default;
};

/// A document, or the reason why the line holds none.
struct ParsedLine {
  Document document;  ///< id is empty when the line has none
  std::optional<Problem> problem;
};

/// Checks everything that data/README.md says of a line; never throws for what the line holds.
/// Fields that this version does not know are kept in `extra`. A good line is read by simdjson; a
/// line that it does not take is read again by formats::JsonCursor, which says byte and reason.
class DocumentParser {
 public:
  /// `text_field`: what lines call their text.
  explicit DocumentParser(std::string text_field = "text");
  ~DocumentParser();
  ParsedLine parse(std::string_view line);

 private:
  struct Scratch;
  std::unique_ptr<Scratch> scratch_;
};

/// The same for a single line: a DocumentParser keeps its memory from line to line.
inline ParsedLine parse_document(std::string_view line) {
  return DocumentParser().parse(line);
}

/// The id of a line, found without reading what comes behind it.
struct ScannedId {
  bool readable = false;          ///< false: the line is broken before an id comes
  std::optional<std::string> id;  ///< nullopt: the line has none
};
ScannedId scan_id(std::string_view line);

/// One line without its newline, in the field order of the contract. NaN and infinity are never
/// written: a call that has one loses its numbers and gets the error "not_finite", and is not kept.
/// Throws IoError when a string is not valid UTF-8 or `meta` or `extra` hold such a number.
std::string to_json_line(const Document& document);

}  // namespace toolformer::record
