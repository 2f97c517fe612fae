// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/wiki_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <unordered_map>

#include "toolformer/base/error.h"
#include "toolformer/base/utf8.h"
#include "toolformer/tools/search_index.h"
#include "toolformer/tools/sqlite.h"

namespace toolformer::tools {
namespace {

constexpr std::size_t kMaxQueryWords = 32;
constexpr std::size_t kMaxQueryBytes = 4096;
constexpr int kMaxSnippetWords = 64;  // FTS5's own limit

/// ASCII letters and digits, and everything beyond ASCII: the tokenizer decides about that.
bool is_word_byte(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0x80;
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
    rank_ = std::make_unique<Statement>(
        database_, fmt::format("SELECT rowid FROM pages WHERE pages MATCH ? ORDER BY bm25(pages, "
                               "{:.6f}, 1.0), rowid LIMIT ?",
                               options.title_weight));
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

  /// Every word in quotes, so that no character of it is query syntax; without the words that more
  /// than half of the pages have, which BM25 gives no weight, so that they only cost time.
  std::string expression(std::string_view query) {
    const std::vector<std::string> words = query_words(query);
    std::vector<std::string> rare;
    std::copy_if(words.begin(), words.end(), std::back_inserter(rare),
                 [this](const std::string& word) { return !is_common(word); });
    std::string expression;
    for (const std::string& word : rare.empty() ? words : rare) {
      expression += (expression.empty() ? "\"" : " OR \"") + word + "\"";
    }
    return expression;
  }

  std::vector<std::int64_t> best(const std::string& expression, std::int64_t count) {
    std::vector<std::int64_t> rows;
    if (expression.empty()) return rows;
    rank_->reset();
    rank_->bind(1, expression);
    rank_->bind(2, count);
    while (rank_->step()) rows.push_back(rank_->integer(0));
    rank_->reset();
    return rows;
  }

  std::string passage(const std::string& expression, std::int64_t row) {
    snippet_->reset();
    snippet_->bind(1, expression);
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

  /// Remembered, because a word is looked up in the time that its list of pages takes.
  bool is_common(const std::string& word) {
    constexpr std::size_t kRemembered = 100'000;
    if (const auto known = common_.find(word); known != common_.end()) return known->second;
    frequency_->reset();
    frequency_->bind(1, word);
    const bool common = frequency_->step() && 2 * frequency_->integer(0) > pages_;
    frequency_->reset();
    if (common_.size() < kRemembered) common_.emplace(word, common);
    return common;
  }

  Database database_;
  std::int64_t pages_ = 0;
  std::unique_ptr<Statement> rank_, snippet_, frequency_;
  std::unordered_map<std::string, bool> common_;
};

/// A reader of this search for the time that this lives.
class WikiSearch::Borrowed {
 public:
  explicit Borrowed(const WikiSearch& search) : search_(search) {
    {
      const std::lock_guard<std::mutex> lock(search.mutex_);
      if (!search.idle_.empty()) {
        reader_ = std::move(search.idle_.back());
        search.idle_.pop_back();
      }
    }
    if (!reader_) reader_ = std::make_unique<Reader>(search.index_, search.options_);
  }
  ~Borrowed() {
    const std::lock_guard<std::mutex> lock(search_.mutex_);
    search_.idle_.push_back(std::move(reader_));
  }
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
    const std::string expression = reader->expression(query);
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
