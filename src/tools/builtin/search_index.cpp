// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/builtin/search_index.h"

#include <functional>

#include "toolformer/base/error.h"
#include "toolformer/base/file.h"
#include "toolformer/base/sha256.h"
#include "toolformer/tools/builtin/page_words.h"

namespace toolformer::tools {
namespace {

// One transaction without a journal: a crash leaves an unfinished file, which the next run
// replaces.
constexpr const char* kBegin =
    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = 4096; BEGIN;";
constexpr const char* kSchema =
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE VIRTUAL TABLE pages USING fts5(title, text, tokenize = 'page_words');"
    "CREATE VIRTUAL TABLE vocabulary USING fts5vocab(pages, row);";

/// Runs `work`; what SQLite says becomes an error about this file.
template <class Work>
void naming(const std::filesystem::path& path, const Work& work) {
  try {
    work();
  } catch (const SqliteError& error) {
    base::throw_error<base::IoError>("{}: cannot write the index: {}", path.string(), error.what());
  }
}

/// Finds a page again; two pages may share one.
std::uint64_t key_of(std::string_view title, std::string_view text) {
  const std::hash<std::string_view> hash;
  return hash(text) * 0x9E3779B97F4A7C15U ^ hash(title);
}

}  // namespace

SearchIndexWriter::SearchIndexWriter(std::filesystem::path path, Start start)
    : path_(std::move(path)), unfinished_(path_.string() + ".unfinished") {
  std::error_code error;
  if (path_.has_parent_path()) std::filesystem::create_directories(path_.parent_path(), error);
  if (error) {
    base::throw_error<base::IoError>("{}: cannot create the directory: {}", path_.string(),
                                     error.message());
  }
  claimed_ = base::File::claim(unfinished_);
  if (start == Start::kExtend) extend();
  naming(unfinished_, [&] {
    if (!database_) {
      database_ = std::make_unique<Database>(unfinished_, Database::Mode::kCreate);
      add_page_tokenizer(*database_);
      database_->execute(kBegin);
      database_->execute(kSchema);
    }
    insert_ =
        std::make_unique<Statement>(*database_, "INSERT INTO pages(title, text) VALUES(?, ?)");
    look_up_ =
        std::make_unique<Statement>(*database_, "SELECT title, text FROM pages WHERE rowid = ?");
  });
}

/// Goes on in a copy of the file.
void SearchIndexWriter::extend() {
  std::error_code error;
  std::filesystem::copy_file(path_, unfinished_, std::filesystem::copy_options::overwrite_existing,
                             error);
  if (error) {
    base::remove_if_exists(unfinished_);
    base::throw_error<base::IoError>("{}: cannot be copied to {}: {}", path_.string(),
                                     unfinished_.string(), error.message());
  }
  std::string schema;
  try {
    database_ = std::make_unique<Database>(unfinished_, Database::Mode::kCreate);
    add_page_tokenizer(*database_);
    database_->execute(kBegin);
    Statement meta(*database_, "SELECT value FROM meta ORDER BY key");  // content, schema
    if (meta.step()) content_ = meta.text(0);
    if (meta.step()) schema = meta.text(0);
    if (schema == kSearchIndexSchema) read_pages();
  } catch (const SqliteError& failure) {
    database_.reset();
    std::filesystem::remove(unfinished_, error);
    base::throw_error<base::DataError>(
        "{}: not a search index ({}); without --extend it is made anew", path_.string(),
        failure.what());
  }
  if (schema == kSearchIndexSchema) return;
  database_.reset();
  std::filesystem::remove(unfinished_, error);
  base::throw_error<base::DataError>(
      "{}: index schema {}, this program writes {}; make it anew from all documents",
      path_.string(), schema, kSearchIndexSchema);
}

void SearchIndexWriter::read_pages() {
  Statement pages(*database_, "SELECT rowid, title, text FROM pages ORDER BY rowid");
  while (pages.step()) {
    pages_.emplace(key_of(pages.text(1), pages.text(2)), pages.integer(0));
    size_ = static_cast<std::size_t>(pages.integer(0));
  }
}

SearchIndexWriter::~SearchIndexWriter() {
  insert_.reset();
  look_up_.reset();
  database_.reset();
  std::error_code ignored;  // a leftover is replaced by the next run
  if (claimed_) std::filesystem::remove(unfinished_, ignored);
}

bool SearchIndexWriter::holds(std::uint64_t key, std::string_view title, std::string_view text) {
  const auto found = pages_.find(key);
  if (found == pages_.end()) return false;
  bool is_same = false;
  naming(unfinished_, [&] {
    look_up_->bind(1, found->second);
    is_same = look_up_->step() && look_up_->text(0) == title && look_up_->text(1) == text;
    look_up_->reset();
  });
  return is_same;
}

bool SearchIndexWriter::add(std::string_view title, std::string_view text) {
  const std::uint64_t key = key_of(title, text);
  if (holds(key, title, text)) return false;
  base::Sha256 content;
  for (const std::string_view part : {std::string_view(content_), title, text}) {
    content.update(std::to_string(part.size()) + ":");
    content.update(part);
  }
  content_ = content.hex();
  naming(unfinished_, [&] {
    insert_->bind(1, title);
    insert_->bind(2, text);
    insert_->step();
    insert_->reset();
  });
  ++size_;
  pages_.emplace(key, static_cast<std::int64_t>(size_));
  return true;
}

void SearchIndexWriter::finish() {
  naming(unfinished_, [&] {
    Statement meta(*database_, "INSERT OR REPLACE INTO meta VALUES(?, ?)");
    for (const auto& [key, value] :
         {std::pair{std::string_view("content"), content_},
          std::pair{std::string_view("schema"), std::string(kSearchIndexSchema)}}) {
      meta.bind(1, key);
      meta.bind(2, value);
      meta.step();
      meta.reset();
    }
    insert_.reset();
    look_up_.reset();
    database_->execute("INSERT INTO pages(pages) VALUES('optimize'); COMMIT;");
  });
  database_.reset();
  claimed_->sync();
  base::rename_durably(unfinished_, path_);
  claimed_.reset();
}

}  // namespace toolformer::tools
