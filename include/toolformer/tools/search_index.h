// SPDX-License-Identifier: Apache-2.0
// The search index: one SQLite file with an FTS5 table `pages(title, text)`, a view of its
// vocabulary, and a table `meta` with the schema number and the SHA-256 of all titles and texts in
// order. Equal pages give equal bytes.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "toolformer/base/sha256.h"
#include "toolformer/tools/sqlite.h"

namespace toolformer::tools {

inline constexpr std::string_view kSearchIndexSchema = "1";

/// Writes an index under another name; only finish() gives it its own. Throws IoError.
class SearchIndexWriter {
 public:
  explicit SearchIndexWriter(std::filesystem::path path);
  ~SearchIndexWriter();  ///< removes what was not finished

  /// Both valid UTF-8.
  void add(std::string_view title, std::string_view text);
  std::size_t size() const { return size_; }
  void finish();

 private:
  std::filesystem::path path_;
  std::filesystem::path unfinished_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Statement> insert_;
  base::Sha256 content_;
  std::size_t size_ = 0;
};

}  // namespace toolformer::tools
