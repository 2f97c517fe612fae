// SPDX-License-Identifier: Apache-2.0
// Files of several formats as lines of JSON objects: JSON lines as they are; a row of a CSV or TSV
// file, an element of a JSON array and a text become one object each. What reads lines need not
// know which it was.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "toolformer/record/line_reader.h"
#include "toolformer/record/run_options.h"

namespace toolformer::record {

enum class InputFormat { kJson, kCsv, kTsv, kText };

/// By the ending of the name, before .gz or .zst. Only .csv, .tsv and .txt are not JSON, whether
/// lines or an array of objects, which what the file begins with decides.
InputFormat input_format(const std::string& name);

/// One object a call. Line::number is the row's first line in a table, the number of the element,
/// counted from 1, in an array.
class RecordLines {
 public:
  virtual ~RecordLines() = default;
  virtual std::optional<Line> next() = 0;  ///< nullopt: no more
  virtual std::uint64_t consumed() const = 0;
};

/// Opens a file, or standard input ("-"). The text of a table's row stands in the column
/// `text.field`, its id in `id`; all other columns become `meta`. Throws what open_bytes() throws,
/// DataError for a file of another kind and for a table without that column.
std::unique_ptr<RecordLines> open_record_lines(const std::string& path, const TextOptions& text);

}  // namespace toolformer::record
