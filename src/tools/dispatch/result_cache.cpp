// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/dispatch/result_cache.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <sstream>
#include <thread>
#include <utility>
#include <vector>

#include "toolformer/base/error.h"
#include "toolformer/base/log.h"
#include "toolformer/base/sha256.h"

namespace toolformer::tools {
namespace {

constexpr std::int64_t kApplication = 0x54464331;  // "TFC1", SQLite's own mark of what a file is

// Without a sync per commit a power loss may cost the last results, never the file.
constexpr const char* kOpen =
    "PRAGMA busy_timeout = 20000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;";
constexpr const char* kSchema =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE IF NOT EXISTS results(key TEXT PRIMARY KEY, tool TEXT NOT NULL, input TEXT NOT "
    "NULL, date TEXT NOT NULL, result TEXT NOT NULL, error_kind TEXT NOT NULL, error_message TEXT "
    "NOT NULL) WITHOUT ROWID;";

std::int64_t single_number(const Database& database, std::string_view sql) {
  Statement statement(database, sql);
  return statement.step() ? statement.integer(0) : 0;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

bool is_worth_keeping(const Outcome& outcome) {
  constexpr std::array<std::string_view, 4> kLasting = {
      error_kind::kBadInput, error_kind::kNoResult, error_kind::kBadResult, error_kind::kTooLarge};
  return !outcome.transient && (outcome.ok() || std::find(kLasting.begin(), kLasting.end(),
                                                          outcome.error_kind) != kLasting.end());
}

}  // namespace

std::string ResultKey::hash() const {
  base::Sha256 hash;
  std::vector<std::string> parts = {tool, version, input, date};
  if (!own.empty()) parts.push_back(own);
  for (const std::string& part : parts) {
    hash.update(fmt::format("{}:", part.size()));
    hash.update(part);
  }
  return hash.hex();
}

ResultCache::ResultCache(const std::filesystem::path& path) : path_(path) {
  constexpr int kTries = 500;
  std::error_code ignored;  // opening the file says what is wrong
  std::filesystem::create_directories(path.parent_path(), ignored);
  for (int tries = 1;; ++tries) {
    try {
      open();
      return;
    } catch (const SqliteError& error) {
      // Turning the log on does not wait by itself for another process that does the same.
      if (std::string_view(error.what()) == "database is locked" && tries < kTries) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        continue;
      }
      base::throw_error<base::UsageError>(
          "{}: cannot be used as a cache of tool results ({}); name another file with "
          "--tool-cache, or remove it",
          path.string(), error.what());
    }
  }
}

void ResultCache::open() {
  database_ = std::make_unique<Database>(path_, Database::Mode::kCreate);
  database_->execute(kOpen);
  const bool is_new = single_number(*database_, "SELECT count(*) FROM sqlite_master") == 0;
  if (!is_new && single_number(*database_, "PRAGMA application_id") != kApplication) {
    throw SqliteError("it is another kind of database");
  }
  if (is_new) {
    database_->execute(
        fmt::format("{} PRAGMA application_id = {}; COMMIT;", kSchema, kApplication).c_str());
  }
  find_ = std::make_unique<Statement>(
      *database_, "SELECT result, error_kind, error_message FROM results WHERE key = ?");
  store_ = std::make_unique<Statement>(*database_,
                                       "INSERT OR IGNORE INTO results VALUES(?, ?, ?, ?, ?, ?, ?)");
}

template <class Work>
void ResultCache::guarded(const Work& work) {
  try {
    work();
  } catch (const SqliteError& error) {
    find_->reset();
    store_->reset();
    if (warned_) return;
    warned_ = true;
    spdlog::warn("{}: {}; tools are called again where it would have helped",
                 base::escape_for_log(path_.string()), error.what());
  }
}

std::optional<Outcome> ResultCache::find(const ResultKey& key) {
  const std::string hash = key.hash();
  const std::lock_guard<std::mutex> lock(mutex_);
  std::optional<Outcome> found;
  guarded([&] {
    find_->bind(1, hash);
    if (find_->step()) {
      found = Outcome{find_->text(0), find_->text(1), find_->text(2)};
      if (found->ok()) found->excluded = lines_of(std::exchange(found->error_message, ""));
    }
    find_->reset();
  });
  return found;
}

void ResultCache::store(const ResultKey& key, const Outcome& outcome) {
  if (!is_worth_keeping(outcome)) return;
  const std::string hash = key.hash();
  const std::lock_guard<std::mutex> lock(mutex_);
  guarded([&] {
    int index = 1;
    const std::string message =
        outcome.ok() ? fmt::format("{}", fmt::join(outcome.excluded, "\n")) : outcome.error_message;
    for (const std::string& value :
         {hash, key.tool, key.input, key.date, outcome.result, outcome.error_kind, message}) {
      store_->bind(index++, value);
    }
    store_->step();
    store_->reset();
  });
}

}  // namespace toolformer::tools
