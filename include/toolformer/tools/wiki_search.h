// SPDX-License-Identifier: Apache-2.0
// WikiSearch(scurvy cause) -> Title > text around the hit. The best page of a search index
// (search_index.h) by BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009;
// k1 1.2, b 0.75), words joined by OR, a word in the title counting several times; ties go to the
// page that was indexed first.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "toolformer/tools/sqlite.h"
#include "toolformer/tools/tool.h"
#include "toolformer/tools/tool_resources.h"

namespace toolformer::tools {

struct WikiSearchOptions {
  double title_weight = 4.0;  ///< occurrences in the title count this often
  int snippet_words = 32;     ///< at most 64
};

/// The words of a query: runs of letters and digits, ASCII in lower case, each once, the first 32.
std::vector<std::string> query_words(std::string_view query);

class WikiSearch : public Tool {
 public:
  /// Opens the index for reading only. Throws UsageError when the file is missing, DataError when
  /// it is no index or of another schema.
  explicit WikiSearch(const std::filesystem::path& index, const WikiSearchOptions& options = {},
                      std::string name = "WikiSearch");

  std::string name() const override { return name_; }
  std::string version() const override { return version_; }
  /// Errors: bad_input (no word in the query, or not UTF-8), no_result (no page has one of them),
  /// unavailable (the index cannot be read). Calls from several threads wait for each other.
  Outcome call(std::string_view input, const CallContext& context) const override;

  /// Row numbers (from 1, in the order of indexing) of the best pages, best first.
  std::vector<std::int64_t> best_pages(std::string_view query, std::int64_t count) const;

 private:
  std::string match_expression(std::string_view query) const;
  bool is_common(const std::string& word) const;

  WikiSearchOptions options_;
  std::string name_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Statement> rank_, snippet_, frequency_;
  std::int64_t pages_ = 0;
  std::string version_;
  mutable std::mutex mutex_;  // one connection, one query at a time
};

/// kind = "wiki_search". Keys: index (else --index), title_weight, snippet_words, sample.
std::vector<std::unique_ptr<Tool>> make_wiki_search(const std::string& name,
                                                    formats::TomlTable& settings,
                                                    const ToolResources& resources);

}  // namespace toolformer::tools
