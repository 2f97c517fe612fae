// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/table_lines.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "toolformer/base/error.h"
#include "toolformer/record/quoted_json.h"

namespace toolformer::record {

/// The field whose opening quote has been taken, up to its closing one.
void TableRows::read_quoted(Row& row, std::size_t& size) {
  for (int byte = source_.take(); byte != CharacterSource::kEnd; byte = source_.take()) {
    if (byte == '"') {
      if (source_.peek() != '"') return;
      source_.take();
    }
    if (++size <= kMaxLineBytes) row.fields.back() += static_cast<char>(byte);
  }
  row.unclosed = true;
}

std::optional<TableRows::Row> TableRows::next() {
  while (source_.peek() == '\n' || source_.peek() == '\r') source_.take();
  if (source_.peek() == CharacterSource::kEnd) return std::nullopt;
  Row row{{""}, source_.line(), false, false};
  std::size_t size = 0;
  bool at_start = true;  // of a field
  for (int byte = source_.take(); byte != CharacterSource::kEnd; byte = source_.take()) {
    if (byte == '\r' && source_.peek() == '\n') continue;
    if (byte == '\n') break;
    if (byte == '"' && at_start) {
      at_start = false;
      read_quoted(row, size);
      continue;
    }
    at_start = byte == static_cast<unsigned char>(separator_);
    if (at_start) {
      row.fields.emplace_back();
    } else if (++size <= kMaxLineBytes) {
      row.fields.back() += static_cast<char>(byte);
    }
  }
  row.too_long = size > kMaxLineBytes;
  return row;
}

char separator_of(const std::string& start, const std::string& column) {
  for (const char separator : {',', ';', '\t'}) {
    const auto header = TableRows({start, nullptr}, separator).next();
    if (header && std::count(header->fields.begin(), header->fields.end(), column) > 0)
      return separator;
  }
  return ',';
}

TableLines::TableLines(TableRows rows, std::string text_field, const std::string& place)
    : rows_(std::move(rows)), text_field_(std::move(text_field)) {
  const auto header = rows_.next();
  if (!header) return;
  columns_ = header->fields;
  std::set<std::string> seen;
  for (const std::string& column : columns_) {
    if (!seen.insert(column).second)
      base::throw_error<base::DataError>("{}: two columns are called \"{}\"; rename one", place,
                                         column);
  }
  if (!seen.contains(text_field_)) {
    base::throw_error<base::DataError>(
        "{}: has no column \"{}\"; its first row names {} ({}); name the column of the text by "
        "--text-field",
        place, text_field_, columns_.size() == 1 ? "one column" : "the columns",
        fmt::join(columns_, ", "));
  }
}

/// Its id where it has one, its text, and all else as `meta`.
std::string TableLines::as_object(const std::vector<std::string>& fields) const {
  std::string id, text, meta;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string value = quoted_json(fields[i]);
    if (columns_[i] == text_field_) {
      text = fmt::format("{}:{}", quoted_json(text_field_), value);
    } else if (columns_[i] == "id") {
      if (!fields[i].empty()) id = fmt::format("\"id\":{},", value);
    } else {
      meta += fmt::format("{}{}:{}", meta.empty() ? "" : ",", quoted_json(columns_[i]), value);
    }
  }
  if (!meta.empty()) meta = fmt::format(",\"meta\":{{{}}}", meta);
  return fmt::format("{{{}{}{}}}", id, text, meta);
}

std::optional<Line> TableLines::next() {
  if (ended_) return std::nullopt;
  const auto row = rows_.next();
  if (rows_.damage()) {
    ended_ = true;
    return Line{row ? row->line : last_line_ + 1, {}, false, rows_.damage()};
  }
  if (!row) return std::nullopt;
  last_line_ = row->line;
  Line line{row->line, {}, row->too_long, std::nullopt};
  if (row->too_long) return line;
  if (row->unclosed) {
    line.problem = "a field of this row opens with a quote that nothing closes";
  } else if (row->fields.size() != columns_.size()) {
    line.problem = fmt::format("{} fields where the first row names {} columns", row->fields.size(),
                               columns_.size());
  } else {
    object_ = as_object(row->fields);
    line.text = object_;
  }
  return line;
}

}  // namespace toolformer::record
