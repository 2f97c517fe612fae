// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/contract/sqlite.h"

#include <sqlite3.h>

namespace toolformer::tools {

void Database::Close::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);
}

Database::Database(const std::filesystem::path& path, Mode mode) {
  const int flags =
      mode == Mode::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &database, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(database);  // SQLite gives a handle even when it fails
  if (code != SQLITE_OK) {
    throw SqliteError(database == nullptr ? "out of memory" : sqlite3_errmsg(database));
  }
}

void Database::execute(const char* statements) {
  if (sqlite3_exec(handle(), statements, nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw SqliteError(sqlite3_errmsg(handle()));
  }
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Statement::Statement(const Database& database, std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database.handle(), sql.data(), static_cast<int>(sql.size()), &statement,
                         nullptr) != SQLITE_OK) {
    throw SqliteError(sqlite3_errmsg(database.handle()));
  }
  handle_.reset(statement);
}

void Statement::bind(int index, std::string_view text) {
  if (sqlite3_bind_text64(handle_.get(), index, text.data(), text.size(), SQLITE_TRANSIENT,
                          SQLITE_UTF8) != SQLITE_OK) {
    throw SqliteError(sqlite3_errmsg(sqlite3_db_handle(handle_.get())));
  }
}

void Statement::bind(int index, std::int64_t number) {
  if (sqlite3_bind_int64(handle_.get(), index, number) != SQLITE_OK) {
    throw SqliteError(sqlite3_errmsg(sqlite3_db_handle(handle_.get())));
  }
}

bool Statement::step() {
  const int code = sqlite3_step(handle_.get());
  if (code != SQLITE_ROW && code != SQLITE_DONE) {
    throw SqliteError(sqlite3_errmsg(sqlite3_db_handle(handle_.get())));
  }
  return code == SQLITE_ROW;
}

void Statement::reset() {
  sqlite3_reset(handle_.get());
}

std::string Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
  return bytes == nullptr
             ? std::string()
             : std::string(bytes,
                           static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column)));
}

double Statement::real(int column) const {
  return sqlite3_column_double(handle_.get(), column);
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(handle_.get(), column);
}

}  // namespace toolformer::tools
