// SPDX-License-Identifier: Apache-2.0
// The search index: one SQLite file with an FTS5 table `pages(title, text)` of the words of
// page_words.h, a view of its vocabulary, and a table `meta` with the schema number and a hash of
// all titles and texts in order. Equal pages give equal bytes, and whether they were added at once
// or in several runs changes neither that hash nor any answer. It holds no page twice; what a page
// is called in the documents (its id) is not kept, so that a page that was edited is another page.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "toolformer/base/file.h"
#include "toolformer/tools/contract/sqlite.h"

namespace toolformer::tools {

inline constexpr std::string_view kSearchIndexSchema = "2";

/// Writes an index under another name; only finish() gives it its own, so that an index that is
/// extended stays as it is until then. Its folder is made where it is missing. Throws IoError;
/// UsageError while another process writes there.
class SearchIndexWriter {
 public:
  enum class Start {
    kEmpty,
    kExtend,  ///< from the pages that the file holds. Throws DataError when it is no such index.
  };
  explicit SearchIndexWriter(std::filesystem::path path, Start start = Start::kEmpty);
  ~SearchIndexWriter();  ///< removes what was not finished

  /// Both valid UTF-8. False: a page with this title and text is there already.
  bool add(std::string_view title, std::string_view text);
  std::size_t size() const { return size_; }  ///< all pages, those of before among them
  void finish();

 private:
  void extend();
  void read_pages();
  bool holds(std::uint64_t key, std::string_view title, std::string_view text);
  std::filesystem::path path_;
  std::filesystem::path unfinished_;
  std::optional<base::File> claimed_;  // unfinished_, while it is there
  std::unique_ptr<Database> database_;
  std::unique_ptr<Statement> insert_;
  std::unique_ptr<Statement> look_up_;
  std::unordered_map<std::uint64_t, std::int64_t> pages_;  // a hash of each page: its row
  std::string
      content_;  ///< of the pages so far: the hash of that of all but the last, and the last
  std::size_t size_ = 0;
};

}  // namespace toolformer::tools
