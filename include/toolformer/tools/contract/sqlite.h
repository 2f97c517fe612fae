// SPDX-License-Identifier: Apache-2.0
// The little of SQLite that a search index needs: a database, a statement, and their errors as
// exceptions.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace toolformer::tools {

/// What SQLite said; callers decide what it means to them.
struct SqliteError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Database {
 public:
  enum class Mode { kReadOnly, kCreate };
  Database(const std::filesystem::path& path, Mode mode);
  void execute(const char* statements);
  sqlite3* handle() const { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

class Statement {
 public:
  Statement(const Database& database, std::string_view sql);
  void bind(int index, std::string_view text);  ///< parameters count from 1; the text is copied
  void bind(int index, std::int64_t number);
  bool step();                         ///< true: there is a row
  void reset();                        ///< ready to run again
  std::string text(int column) const;  ///< columns count from 0
  std::int64_t integer(int column) const;
  double real(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

}  // namespace toolformer::tools
