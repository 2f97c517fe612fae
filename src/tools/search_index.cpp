// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/search_index.h"

#include "toolformer/base/error.h"
#include "toolformer/base/file.h"

namespace toolformer::tools {
namespace {

// One transaction without a journal: a crash leaves an unfinished file, which the next run
// replaces.
constexpr const char* kSchema =
    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = 4096; BEGIN;"
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE VIRTUAL TABLE pages USING fts5(title, text, tokenize = 'unicode61 remove_diacritics "
    "2');"
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

}  // namespace

SearchIndexWriter::SearchIndexWriter(std::filesystem::path path)
    : path_(std::move(path)), unfinished_(path_.string() + ".unfinished") {
  base::remove_if_exists(unfinished_);
  naming(unfinished_, [&] {
    database_ = std::make_unique<Database>(unfinished_, Database::Mode::kCreate);
    database_->execute(kSchema);
    insert_ =
        std::make_unique<Statement>(*database_, "INSERT INTO pages(title, text) VALUES(?, ?)");
  });
}

SearchIndexWriter::~SearchIndexWriter() {
  insert_.reset();
  database_.reset();
  std::error_code ignored;  // a leftover is replaced by the next run
  std::filesystem::remove(unfinished_, ignored);
}

void SearchIndexWriter::add(std::string_view title, std::string_view text) {
  for (const std::string_view part : {title, text}) {
    content_.update(std::to_string(part.size()) + ":");
    content_.update(part);
  }
  naming(unfinished_, [&] {
    insert_->bind(1, title);
    insert_->bind(2, text);
    insert_->step();
    insert_->reset();
  });
  ++size_;
}

void SearchIndexWriter::finish() {
  naming(unfinished_, [&] {
    Statement meta(*database_, "INSERT INTO meta VALUES(?, ?)");
    for (const auto& [key, value] :
         {std::pair{std::string_view("content"), content_.hex()},
          std::pair{std::string_view("schema"), std::string(kSearchIndexSchema)}}) {
      meta.bind(1, key);
      meta.bind(2, value);
      meta.step();
      meta.reset();
    }
    insert_.reset();
    database_->execute("INSERT INTO pages(pages) VALUES('optimize'); COMMIT;");
  });
  database_.reset();
  base::File file = base::File::open_or_create(unfinished_);
  file.sync();
  file.close();
  base::rename_durably(unfinished_, path_);
}

}  // namespace toolformer::tools
