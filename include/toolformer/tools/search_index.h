// SPDX-License-Identifier: Apache-2.0
// The search index: one SQLite file with an FTS5 table `pages(title, text)`, a view of its
// vocabulary, and a table `meta` with the schema number and a hash of all titles and texts in
// order. Equal pages give equal bytes, and whether they were added at once or in several runs
// changes neither that hash nor any answer.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "toolformer/tools/sqlite.h"

namespace toolformer::tools {

inline constexpr std::string_view kSearchIndexSchema = "1";

/// Writes an index under another name; only finish() gives it its own, so that an index that is
/// extended stays as it is until then. Throws IoError.
class SearchIndexWriter {
 public:
  enum class Start {
    kEmpty,
    kExtend,  ///< from the pages that the file holds. Throws DataError when it is no such index.
  };
  explicit SearchIndexWriter(std::filesystem::path path, Start start = Start::kEmpty);
  ~SearchIndexWriter();  ///< removes what was not finished

  /// Both valid UTF-8.
  void add(std::string_view title, std::string_view text);
  std::size_t size() const { return size_; }  ///< all pages, those of before among them
  void finish();

 private:
  void extend();
  std::filesystem::path path_;
  std::filesystem::path unfinished_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Statement> insert_;
  std::string
      content_;  ///< of the pages so far: the hash of that of all but the last, and the last
  std::size_t size_ = 0;
};

}  // namespace toolformer::tools
