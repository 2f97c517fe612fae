// SPDX-License-Identifier: Apache-2.0
// Rows of a table (RFC 4180: fields in quotes may hold separators, quotes written twice and line
// ends). The first row names the columns.
#pragma once

#include <string>
#include <vector>

#include "toolformer/record/character_source.h"
#include "toolformer/record/record_lines.h"

namespace toolformer::record {

class TableRows {
 public:
  struct Row {
    std::vector<std::string> fields;
    std::size_t line = 0;   ///< where it begins
    bool too_long = false;  ///< longer than kMaxLineBytes: what is behind them is not in `fields`
    bool unclosed = false;  ///< the input ends within quotes
  };

  TableRows(BegunSource source, char separator)
      : source_(std::move(source)), separator_(separator) {}
  /// nullopt: no more rows. Passes over blank ones.
  std::optional<Row> next();
  std::optional<std::string> damage() const { return source_.damage(); }
  std::uint64_t consumed() const { return source_.consumed(); }

 private:
  void read_quoted(Row& row, std::size_t& size);

  CharacterSource source_;
  char separator_;
};

/// The first one of , ; and tab under which the table that begins so has the column; a comma where
/// none does.
char separator_of(const std::string& start, const std::string& column);

class TableLines : public RecordLines {
 public:
  /// `place` is what messages call the file. Throws DataError, with the columns there are, where
  /// there is no column `text_field` or two columns of one name.
  TableLines(TableRows rows, std::string text_field, const std::string& place);
  /// A row with more or fewer fields than columns, or with quotes that are never closed, has
  /// Line::problem.
  std::optional<Line> next() override;
  std::uint64_t consumed() const override { return rows_.consumed(); }

 private:
  std::string as_object(const std::vector<std::string>& fields) const;

  TableRows rows_;
  std::string text_field_;
  std::vector<std::string> columns_;
  std::string object_;
  std::size_t last_line_ = 0;
  bool ended_ = false;
};

}  // namespace toolformer::record
