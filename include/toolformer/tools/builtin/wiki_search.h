// SPDX-License-Identifier: Apache-2.0
// WikiSearch(scurvy cause) -> Title > text around the hit. The best page of a search index
// (search_index.h) by BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009;
// k1 1.2, b 0.75), words joined by OR, a word in the title counting several times; ties go to the
// page that was indexed first.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "toolformer/tools/contract/idle_pool.h"
#include "toolformer/tools/contract/tool.h"
#include "toolformer/tools/contract/tool_resources.h"

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
  ~WikiSearch() override;

  std::string name() const override { return name_; }
  std::string version() const override { return version_; }
  std::optional<std::string> sample_input() const override;  ///< the title of the first page
  /// Errors: bad_input (no word in the query, or not UTF-8), no_result (no page has one of them),
  /// unavailable (the index cannot be read). Calls from several threads run side by side.
  Outcome call(std::string_view input, const CallContext& context) const override;

  /// Hands over `Title > text around the hit` of the best pages, best first, at most `count` of
  /// them. Errors as call(); the result is empty.
  Outcome search(std::string_view query, std::size_t count,
                 const std::function<void(const std::string& passage)>& take) const;

  /// Row numbers (from 1, in the order of indexing) of the best pages, best first.
  std::vector<std::int64_t> best_pages(std::string_view query, std::int64_t count) const;

 private:
  class Reader;
  class Borrowed;

  WikiSearchOptions options_;
  std::string name_;
  std::filesystem::path index_;
  std::string version_;
  mutable IdlePool<Reader> idle_;  ///< connections that nobody uses now
};

/// Opens what the keys of kind = "wiki_search" say: index (else --index), title_weight,
/// snippet_words.
std::unique_ptr<WikiSearch> open_wiki_search(const std::string& name, formats::TomlTable& settings,
                                             const ToolResources& resources);

/// kind = "wiki_search".
std::vector<std::unique_ptr<Tool>> make_wiki_search(const std::string& name,
                                                    formats::TomlTable& settings,
                                                    const ToolResources& resources);

}  // namespace toolformer::tools
