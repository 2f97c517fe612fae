// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/wiki_search.h"

#include <fmt/format.h>

#include <algorithm>

#include "toolformer/base/error.h"
#include "toolformer/base/utf8.h"
#include "toolformer/tools/search_index.h"

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

std::string meta(const Database& database, std::string_view key) {
  Statement statement(database, "SELECT value FROM meta WHERE key = ?");
  statement.bind(1, key);
  return statement.step() ? statement.text(0) : std::string();
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

WikiSearch::WikiSearch(const std::filesystem::path& index, const WikiSearchOptions& options,
                       std::string name)
    : options_(options), name_(std::move(name)) {
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
    database_ = std::make_unique<Database>(index, Database::Mode::kReadOnly);
    const std::string schema = meta(*database_, "schema");
    if (schema != kSearchIndexSchema) {
      base::throw_error<base::DataError>(
          "{}: index schema {}, this program reads {}; make it again with tf-index", index.string(),
          schema, kSearchIndexSchema);
    }
    Statement count(*database_, "SELECT count(*) FROM pages");
    pages_ = count.step() ? count.integer(0) : 0;
    const std::string rank = fmt::format("bm25(pages, {:.6f}, 1.0)", options.title_weight);
    rank_ = std::make_unique<Statement>(
        *database_,
        "SELECT rowid FROM pages WHERE pages MATCH ? ORDER BY " + rank + ", rowid LIMIT ?");
    snippet_ = std::make_unique<Statement>(
        *database_, fmt::format("SELECT title, snippet(pages, 1, '', '', '...', {}) FROM pages "
                                "WHERE pages MATCH ? AND rowid = ?",
                                options.snippet_words));
    frequency_ =
        std::make_unique<Statement>(*database_, "SELECT doc FROM vocabulary WHERE term = ?");
    version_ = fmt::format("1, title {}, words {}, index {}", options.title_weight,
                           options.snippet_words, meta(*database_, "content"));
  } catch (const SqliteError& failure) {
    base::throw_error<base::DataError>("{}: not a search index ({}); make one with tf-index",
                                       index.string(), failure.what());
  }
}

/// Whether more than half of the pages have it: BM25 gives such a word no weight, so it only costs
/// time.
bool WikiSearch::is_common(const std::string& word) const {
  frequency_->reset();
  frequency_->bind(1, word);
  return frequency_->step() && 2 * frequency_->integer(0) > pages_;
}

/// Every word in quotes, so that no character of it is query syntax.
std::string WikiSearch::match_expression(std::string_view query) const {
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

std::vector<std::int64_t> WikiSearch::best_pages(std::string_view query, std::int64_t count) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<std::int64_t> rows;
  const std::string expression = match_expression(query);
  if (expression.empty()) return rows;
  rank_->reset();
  rank_->bind(1, expression);
  rank_->bind(2, count);
  while (rank_->step()) rows.push_back(rank_->integer(0));
  rank_->reset();
  return rows;
}

Outcome WikiSearch::call(std::string_view input, const CallContext& /*context*/) const {
  if (const auto at = base::find_invalid_utf8(input)) {
    return Outcome::error("bad_input", fmt::format("byte {} is not UTF-8", *at));
  }
  if (query_words(input).empty())
    return Outcome::error("bad_input", "there is no word to search for");
  try {
    const std::vector<std::int64_t> best = best_pages(input, 1);
    if (best.empty()) return Outcome::error("no_result", "no page has one of these words");
    const std::lock_guard<std::mutex> lock(mutex_);
    snippet_->reset();
    snippet_->bind(1, match_expression(input));
    snippet_->bind(2, best.front());
    if (!snippet_->step()) return Outcome::error("unavailable", "the index lost a page");
    std::string result = snippet_->text(0) + " > " + snippet_->text(1);
    snippet_->reset();
    return Outcome::value(std::move(result));
  } catch (const SqliteError& error) {
    return Outcome::error("unavailable", fmt::format("the index cannot be read: {}", error.what()));
  }
}

std::vector<std::unique_ptr<Tool>> make_wiki_search(const std::string& name,
                                                    formats::TomlTable& settings,
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
  return one_tool(std::make_unique<WikiSearch>(index, options, name));
}

}  // namespace toolformer::tools
