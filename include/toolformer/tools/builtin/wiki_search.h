// SPDX-License-Identifier: Apache-2.0
// WikiSearch(scurvy cause) -> Title > text around the hit. The best page of a search index
// (search_index.h) by BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009;
// k1 1.2, b 0.75), its words (page_words.h) joined by OR, a word in the title counting several
// times; ties go to the page that was indexed first.
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
  double title_weight = 4.0;         ///< occurrences in the title count this often
  int snippet_words = 32;            ///< at most 64; a character of Chinese, Thai and so on is one
  bool exclude_own = true;           ///< whether CallContext::own is left out
  double own_overlap = kOwnOverlap;  ///< see OwnDocument::is()
};

class WikiSearch : public Tool {
 public:
  /// Opens the index for reading only. Throws UsageError when the file is missing, DataError when
  /// it is no index or of another schema.
  explicit WikiSearch(const std::filesystem::path& index, const WikiSearchOptions& options = {},
                      std::string name = "WikiSearch");
  ~WikiSearch() override;

  std::string name() const override { return name_; }
  std::string version() const override { return version_; }
  ToolTraits traits() const override { return {.uses_own = options_.exclude_own}; }
  std::optional<std::string> sample_input() const override;  ///< the title of the first page
  /// The best page that is not context.own. Errors: bad_input (no word in the query, not UTF-8,
  /// above 16 KiB), no_result (no page has one of them, or only the document itself), unavailable
  /// (the index cannot be read). Calls from several threads run side by side.
  Outcome call(std::string_view input, const CallContext& context) const override;
  /// The beginning of a page that `draw` chooses, of another title than the result's.
  std::optional<std::string> other_result(std::string_view result, const CallContext& context,
                                          const base::KeyedRandom& draw) const override;

  /// Hands over `Title > text around the hit` of the best pages, best first, at most `count` of
  /// them, `own` (null: none) not among them. Errors as call(); the result is empty.
  Outcome search(std::string_view query, std::size_t count, const OwnDocument* own,
                 const std::function<void(const std::string& passage)>& take) const;
  /// The page that `draw` chooses: neither `own` nor one of this title. nullopt: none was met.
  struct Page {
    std::string title, text;
  };
  std::optional<Page> any_page(const base::KeyedRandom& draw, std::string_view not_title,
                               const OwnDocument* own) const;

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
/// snippet_words, own_overlap.
std::unique_ptr<WikiSearch> open_wiki_search(const std::string& name, formats::TomlTable& settings,
                                             const ToolResources& resources);

/// kind = "wiki_search".
std::vector<std::unique_ptr<Tool>> make_wiki_search(const std::string& name,
                                                    formats::TomlTable& settings,
                                                    const ToolResources& resources);

}  // namespace toolformer::tools
