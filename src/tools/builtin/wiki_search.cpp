// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/builtin/wiki_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <unordered_map>

#include "toolformer/base/ascii.h"
#include "toolformer/base/error.h"
#include "toolformer/base/utf8.h"
#include "toolformer/tools/builtin/search_index.h"
#include "toolformer/tools/contract/sqlite.h"

namespace toolformer::tools {
namespace {

constexpr std::size_t kMaxQueryWords = 32;
constexpr std::size_t kMaxQueryBytes = 4096;
constexpr int kMaxSnippetWords = 64;  // FTS5's own limit
// A word that stands in a page any number of times adds less than k1 + 1 times its weight to the
// score (FTS5's BM25, k1 = 1.2).
constexpr double kSaturation = 2.2;
constexpr double kLightShare = 0.3;  // of what the other words can add: tried on natural questions

/// ASCII letters and digits, and everything beyond ASCII: the tokenizer decides about that.
bool is_word_byte(char c) {
  return base::is_digit(c) || base::is_letter(c) || static_cast<unsigned char>(c) >= 0x80;
}

std::string ascii_lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

}  // namespace

std::vector<std::string> query_words(std::string_view query) {
  std::vector<std::string> words;
  query = query.substr(0, kMaxQueryBytes);
  for (std::size_t at = 0; at < query.size() && words.size() < kMaxQueryWords;) {
    std::size_t end = at;
    while (end < query.size() && is_word_byte(query[end])) ++end;
    const std::string word = ascii_lower(std::string(query.substr(at, end - at)));
    if (!word.empty() && std::find(words.begin(), words.end(), word) == words.end()) {
      words.push_back(word);
    }
    at = std::max(end, at + 1);
  }
  return words;
}

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
    frequency_ =
        std::make_unique<Statement>(database_, "SELECT doc FROM vocabulary WHERE term = ?");
  }

  std::string meta(std::string_view key) const {
    Statement statement(database_, "SELECT value FROM meta WHERE key = ?");
    statement.bind(1, key);
    return statement.step() ? statement.text(0) : std::string();
  }

  std::string first_title() const {
    Statement statement(database_, "SELECT title FROM pages WHERE rowid = 1");
    return statement.step() ? statement.text(0) : std::string();
  }

  /// A query as FTS5 reads it: every word in quotes, so that no character of it is syntax.
  struct Expression {
    /// Without the words that more than half of the pages have: BM25 gives them no weight, so that
    /// they only cost time.
    std::string words;
    std::string rare;   ///< those of them that weigh most; empty: there is no use in telling apart
    double others = 0;  ///< more than a page without any of the rare ones can score
  };
  Expression expression(std::string_view query) {
    const std::vector<std::string> all = query_words(query);
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

  /// Pages with the word; 0 also for one that the tokenizer writes otherwise. Remembered, because a
  /// word is looked up in the time that its list of pages takes.
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
  std::unique_ptr<Statement> rank_, rank_rare_, snippet_, frequency_;
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
    version_ = fmt::format("1, title {}, words {}, index {}", options.title_weight,
                           options.snippet_words, reader->meta("content"));
  } catch (const SqliteError& failure) {
    base::throw_error<base::DataError>("{}: not a search index ({}); make one with tf-index",
                                       index.string(), failure.what());
  }
}

WikiSearch::~WikiSearch() = default;

std::optional<std::string> WikiSearch::sample_input() const {
  return Borrowed(*this)->first_title();
}

std::vector<std::int64_t> WikiSearch::best_pages(std::string_view query, std::int64_t count) const {
  const Borrowed reader(*this);
  return reader->best(reader->expression(query), count);
}

Outcome WikiSearch::search(std::string_view query, std::size_t count,
                           const std::function<void(const std::string&)>& take) const {
  if (const auto at = base::find_invalid_utf8(query)) {
    return Outcome::error(error_kind::kBadInput, fmt::format("byte {} is not UTF-8", *at));
  }
  if (query_words(query).empty()) {
    return Outcome::error(error_kind::kBadInput, "there is no word to search for");
  }
  try {
    const Borrowed reader(*this);
    const auto expression = reader->expression(query);
    const std::vector<std::int64_t> best =
        reader->best(expression, static_cast<std::int64_t>(count));
    if (best.empty()) {
      return Outcome::error(error_kind::kNoResult, "no page has one of these words");
    }
    for (const std::int64_t row : best) take(reader->passage(expression, row));
    return Outcome::value("");
  } catch (const SqliteError& error) {
    return Outcome::error(error_kind::kUnavailable,
                          fmt::format("the index cannot be read: {}", error.what()));
  }
}

Outcome WikiSearch::call(std::string_view input, const CallContext& /*context*/) const {
  std::string result;
  Outcome outcome = search(input, 1, [&](const std::string& passage) { result = passage; });
  return outcome.ok() ? Outcome::value(std::move(result)) : outcome;
}

std::unique_ptr<WikiSearch> open_wiki_search(const std::string& name, formats::TomlTable& settings,
                                             const ToolResources& resources) {
  std::filesystem::path index = resources.index;
  if (const auto own = settings.optional_string("index")) index = resources.folder / *own;
  if (index.empty()) {
    base::throw_error<base::UsageError>(
        "{} needs an index; make one with tf-index and give it with --index FILE", name);
  }
  WikiSearchOptions options;
  options.title_weight = settings.number("title_weight", options.title_weight, {.low = 0});
  options.snippet_words = static_cast<int>(settings.integer("snippet_words", options.snippet_words,
                                                            {.low = 1, .high = kMaxSnippetWords}));
  return std::make_unique<WikiSearch>(index, options, name);
}

std::vector<std::unique_ptr<Tool>> make_wiki_search(const std::string& name,
                                                    formats::TomlTable& settings,
                                                    const ToolResources& resources) {
  return one_tool(open_wiki_search(name, settings, resources));
}

}  // namespace toolformer::tools
