// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/builtin/wiki_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <unordered_map>

#include "toolformer/base/error.h"
#include "toolformer/base/utf8.h"
#include "toolformer/tools/builtin/page_words.h"
#include "toolformer/tools/builtin/search_index.h"
#include "toolformer/tools/contract/sqlite.h"

namespace toolformer::tools {
namespace {

constexpr std::size_t kMaxQueryBytes = 16384;
constexpr int kMaxSnippetWords = 64;  // FTS5's own limit
// A word that stands in a page any number of times adds less than k1 + 1 times its weight to the
// score (FTS5's BM25, k1 = 1.2).
constexpr double kSaturation = 2.2;
constexpr double kLightShare = 0.3;  // of what the other words can add: tried on natural questions

}  // namespace

/// One connection and its statements, for one thread at a time.
class WikiSearch::Reader {
 public:
  /// Throws SqliteError, or DataError for an index of another schema.
  Reader(const std::filesystem::path& index, const WikiSearchOptions& options)
      : database_(index, Database::Mode::kReadOnly) {
    const std::string schema = meta("schema");
    if (schema != kSearchIndexSchema) {
      base::throw_error<base::DataError>(
          "{}: index schema {}, this program reads {}; make it again with tf-index", index.string(),
          schema, kSearchIndexSchema);
    }
    add_page_tokenizer(database_);
    database_.execute("PRAGMA cache_size = -16384;");  // KiB; SQLite's own 2 MiB are read again
    pages_ = number("SELECT count(*) FROM pages_docsize");  // `pages` itself would read all texts
    const auto ranked = [&](const char* among) {
      return std::make_unique<Statement>(
          database_, fmt::format("SELECT rowid, bm25(pages, {:.6f}, 1.0) AS score FROM pages WHERE "
                                 "pages MATCH ?1 {} ORDER BY score, rowid LIMIT ?2",
                                 options.title_weight, among));
    };
    rank_ = ranked("");
    // The + keeps SQLite from looking up these rows one by one in the full-text index.
    rank_rare_ = ranked("AND +rowid IN (SELECT rowid FROM pages WHERE pages MATCH ?3)");
    snippet_ = std::make_unique<Statement>(
        database_, fmt::format("SELECT title, snippet(pages, 1, '', '', '...', {}) FROM pages "
                               "WHERE pages MATCH ? AND rowid = ?",
                               options.snippet_words));
    page_ = std::make_unique<Statement>(database_, "SELECT title, text FROM pages WHERE rowid = ?");
    frequency_ =
        std::make_unique<Statement>(database_, "SELECT doc FROM vocabulary WHERE term = ?");
  }

  std::string meta(std::string_view key) const {
    Statement statement(database_, "SELECT value FROM meta WHERE key = ?");
    statement.bind(1, key);
    return statement.step() ? statement.text(0) : std::string();
  }

  std::int64_t size() const { return pages_; }

  Page page(std::int64_t row) {
    page_->reset();
    page_->bind(1, row);
    if (!page_->step()) throw SqliteError("the index lost a page");
    Page page{page_->text(0), page_->text(1)};
    page_->reset();
    return page;
  }

  /// A query as FTS5 reads it: every word in quotes, so that no character of it is syntax.
  struct Expression {
    /// Without the words that no page has, and those that more than half of the pages have: BM25
    /// gives them no weight, so that they only cost time.
    std::string words;
    std::string rare;   ///< those of them that weigh most; empty: there is no use in telling apart
    double others = 0;  ///< more than a page without any of the rare ones can score
  };
  Expression expression(std::string_view query) {
    std::vector<std::string> all = query_words(query);
    std::erase_if(all, [this](const std::string& word) { return frequency(word) == 0; });
    std::vector<std::string> words;
    std::copy_if(all.begin(), all.end(), std::back_inserter(words),
                 [this](const std::string& word) { return 2 * frequency(word) <= pages_; });
    if (words.empty()) words = all;
    Expression expression{.words = any_of(words)};
    std::stable_sort(words.begin(), words.end(), [this](const auto& left, const auto& right) {
      return weight(left) < weight(right);
    });
    double rest = 0;
    for (const std::string& word : words) rest += weight(word);
    std::size_t light = 0;
    while (light < words.size() && expression.others + kSaturation * weight(words[light]) <
                                       kLightShare * kSaturation * (rest - weight(words[light]))) {
      rest -= weight(words[light]);
      expression.others += kSaturation * weight(words[light++]);
    }
    if (light > 0) expression.rare = any_of({words.begin() + static_cast<int>(light), words.end()});
    return expression;
  }

  /// Most pages have only light words of the query. When enough pages with a rare one score more
  /// than any of those can, they need no scores.
  std::vector<std::int64_t> best(const Expression& expression, std::int64_t count) {
    if (expression.words.empty()) return {};
    if (!expression.rare.empty()) {
      rank_rare_->bind(3, expression.rare);
      const Ranked rare = ranked(*rank_rare_, expression, count);
      if (rare.rows.size() == static_cast<std::size_t>(count) && rare.last > expression.others) {
        return rare.rows;
      }
    }
    return ranked(*rank_, expression, count).rows;
  }

  std::string passage(const Expression& expression, std::int64_t row) {
    snippet_->reset();
    snippet_->bind(1, expression.words);
    snippet_->bind(2, row);
    if (!snippet_->step()) throw SqliteError("the index lost a page");
    std::string passage = snippet_->text(0) + " > " + snippet_->text(1);
    snippet_->reset();
    return passage;
  }

 private:
  std::int64_t number(const char* sql) const {
    Statement statement(database_, sql);
    return statement.step() ? statement.integer(0) : 0;
  }

  struct Ranked {
    std::vector<std::int64_t> rows;
    double last = 0;  ///< score of the last one
  };
  static Ranked ranked(Statement& statement, const Expression& expression, std::int64_t count) {
    statement.reset();
    statement.bind(1, expression.words);
    statement.bind(2, count);
    Ranked ranked;
    while (statement.step()) {
      ranked.rows.push_back(statement.integer(0));
      ranked.last = -statement.real(1);  // FTS5 gives the best page the smallest number
    }
    statement.reset();
    return ranked;
  }

  static std::string any_of(const std::vector<std::string>& words) {
    std::string expression;
    for (const std::string& word : words) {
      expression += (expression.empty() ? "\"" : " OR \"") + word + "\"";
    }
    return expression;
  }

  /// Pages with the word. Remembered, because a word is looked up in the time that its list of
  /// pages takes.
  std::int64_t frequency(const std::string& word) {
    constexpr std::size_t kRemembered = 100'000;
    if (const auto known = frequencies_.find(word); known != frequencies_.end()) {
      return known->second;
    }
    frequency_->reset();
    frequency_->bind(1, word);
    const std::int64_t pages = frequency_->step() ? frequency_->integer(0) : 0;
    frequency_->reset();
    if (frequencies_.size() < kRemembered) frequencies_.emplace(word, pages);
    return pages;
  }

  /// FTS5's inverse document frequency.
  double weight(const std::string& word) {
    const auto pages = static_cast<double>(frequency(word));
    return std::max(1e-6, std::log((static_cast<double>(pages_) - pages + 0.5) / (pages + 0.5)));
  }

  Database database_;
  std::int64_t pages_ = 0;
  std::unique_ptr<Statement> rank_, rank_rare_, snippet_, page_, frequency_;
  std::unordered_map<std::string, std::int64_t> frequencies_;
};

/// A reader of this search for the time that this lives.
class WikiSearch::Borrowed {
 public:
  explicit Borrowed(const WikiSearch& search) : search_(search), reader_(search.idle_.take()) {
    if (!reader_) reader_ = std::make_unique<Reader>(search.index_, search.options_);
  }
  ~Borrowed() { search_.idle_.put(std::move(reader_)); }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  Reader* operator->() const { return reader_.get(); }

 private:
  const WikiSearch& search_;
  std::unique_ptr<Reader> reader_;
};

WikiSearch::WikiSearch(const std::filesystem::path& index, const WikiSearchOptions& options,
                       std::string name)
    : options_(options), name_(std::move(name)), index_(index) {
  if (options.snippet_words < 1 || options.snippet_words > kMaxSnippetWords) {
    base::throw_error<base::UsageError>("WikiSearch: a snippet has 1 to {} words, got {}",
                                        kMaxSnippetWords, options.snippet_words);
  }
  std::error_code error;
  if (!std::filesystem::is_regular_file(index, error)) {
    base::throw_error<base::UsageError>(
        "{}: there is no such index; make one with tf-index --input DOCUMENTS --output {}",
        index.string(), index.string());
  }
  try {
    const Borrowed reader(*this);
    version_ = fmt::format("2, title {}, words {}, own {}, index {}", options.title_weight,
                           options.snippet_words, traits().uses_own ? options.own_overlap : 0,
                           reader->meta("content"));
  } catch (const SqliteError& failure) {
    base::throw_error<base::DataError>("{}: not a search index ({}); make one with tf-index",
                                       index.string(), failure.what());
  }
}

WikiSearch::~WikiSearch() = default;

std::optional<std::string> WikiSearch::sample_input() const {
  const Borrowed reader(*this);
  return reader->size() == 0 ? std::string() : reader->page(1).title;
}

std::vector<std::int64_t> WikiSearch::best_pages(std::string_view query, std::int64_t count) const {
  const Borrowed reader(*this);
  return reader->best(reader->expression(query), count);
}

Outcome WikiSearch::search(std::string_view query, std::size_t count, const OwnDocument* own,
                           const std::function<void(const std::string&)>& take) const {
  constexpr std::size_t kMostOwn = 16;  // copies of a document among the best pages
  if (!traits().uses_own) own = nullptr;
  if (const auto at = base::find_invalid_utf8(query)) {
    return Outcome::error(error_kind::kBadInput, fmt::format("byte {} is not UTF-8", *at));
  }
  if (query.size() > kMaxQueryBytes) {
    return Outcome::error(error_kind::kBadInput,
                          fmt::format("{} bytes are more than the {} that are searched for",
                                      query.size(), kMaxQueryBytes));
  }
  if (query_words(query).empty()) {
    return Outcome::error(error_kind::kBadInput, "there is no word to search for");
  }
  try {
    const Borrowed reader(*this);
    const auto expression = reader->expression(query);
    Outcome outcome;
    std::size_t taken = 0;
    const std::size_t wanted = own == nullptr ? count : count + kMostOwn;
    for (const std::int64_t row : reader->best(expression, static_cast<std::int64_t>(wanted))) {
      if (taken == count) break;
      if (own != nullptr) {
        Page page = reader->page(row);
        if (own->is(page.title, page.text, options_.own_overlap)) {
          outcome.excluded.push_back(std::move(page.title));
          continue;
        }
      }
      take(reader->passage(expression, row));
      ++taken;
    }
    if (taken > 0) return outcome;
    outcome.error_kind = error_kind::kNoResult;
    outcome.error_message = outcome.excluded.empty()
                                ? "no page has one of these words"
                                : "only the document's own page has one of these words";
    return outcome;
  } catch (const SqliteError& error) {
    return Outcome::error(error_kind::kUnavailable,
                          fmt::format("the index cannot be read: {}", error.what()));
  }
}

Outcome WikiSearch::call(std::string_view input, const CallContext& context) const {
  std::string result;
  Outcome outcome =
      search(input, 1, context.own.get(), [&](const std::string& passage) { result = passage; });
  if (outcome.ok()) outcome.result = std::move(result);
  return outcome;
}

std::optional<WikiSearch::Page> WikiSearch::any_page(const base::KeyedRandom& draw,
                                                     std::string_view not_title,
                                                     const OwnDocument* own) const {
  constexpr std::uint64_t kTries = 8;
  const Borrowed reader(*this);
  const auto pages = static_cast<std::uint64_t>(reader->size());
  for (std::uint64_t i = 0; pages > 0 && i < kTries; ++i) {
    Page page = reader->page(1 + static_cast<std::int64_t>(draw.bits(i) % pages));
    if (page.title == not_title) continue;
    if (own == nullptr || !own->is(page.title, page.text, options_.own_overlap)) return page;
  }
  return std::nullopt;
}

std::optional<std::string> WikiSearch::other_result(std::string_view result,
                                                    const CallContext& context,
                                                    const base::KeyedRandom& draw) const {
  const std::string_view title = result.substr(0, result.find(" > "));
  const std::optional<Page> page = any_page(draw, title, context.own.get());
  if (!page) return std::nullopt;
  std::size_t end = 0;
  for (int words = 0; words < options_.snippet_words && end < page->text.size(); ++words) {
    end = std::min(page->text.find(' ', end + 1), page->text.size());
  }
  return fmt::format("{} > {}{}", page->title, page->text.substr(0, end),
                     end < page->text.size() ? "..." : "");
}

std::unique_ptr<WikiSearch> open_wiki_search(const std::string& name, formats::TomlTable& settings,
                                             const ToolResources& resources) {
  std::filesystem::path index = resources.index;
  if (const auto own = settings.optional_string("index")) index = resources.folder / *own;
  if (index.empty()) {
    base::throw_error<base::UsageError>(
        "{} needs an index; make one with tf-index and give it with --index FILE", name);
  }
  WikiSearchOptions options{.exclude_own = resources.exclude_own};
  options.title_weight = settings.number("title_weight", options.title_weight, {.low = 0});
  options.snippet_words = static_cast<int>(settings.integer("snippet_words", options.snippet_words,
                                                            {.low = 1, .high = kMaxSnippetWords}));
  options.own_overlap =
      settings.number("own_overlap", options.own_overlap, {.low = 0.01, .high = 1});
  return std::make_unique<WikiSearch>(index, options, name);
}

std::vector<std::unique_ptr<Tool>> make_wiki_search(const std::string& name,
                                                    formats::TomlTable& settings,
                                                    const ToolResources& resources) {
  return one_tool(open_wiki_search(name, settings, resources));
}

}  // namespace toolformer::tools
