// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/builtin/page_words.h"

#include <sqlite3.h>
#include <utf8proc.h>

#include <algorithm>
#include <memory>
#include <unordered_set>

#include "toolformer/base/ascii.h"

namespace toolformer::tools {
namespace {

using CodePoint = utf8proc_int32_t;

struct Range {
  CodePoint first, last;
};
template <std::size_t count>
bool is_in(const Range (&ranges)[count], CodePoint c) {
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [c](const Range& range) { return c >= range.first && c <= range.last; });
}

// Thai and Lao, Burmese, Hangul's parts, Khmer, radicals, kana, Hangul's letters, ideographs.
constexpr Range kUnspacedScripts[] = {
    {0x0E00, 0x0EFF}, {0x1000, 0x109F},   {0x1100, 0x11FF},   {0x1780, 0x17FF},  {0x2E80, 0x2FDF},
    {0x3005, 0x3007}, {0x3021, 0x3029},   {0x3031, 0x31FF},   {0x3400, 0x4DBF},  {0x4E00, 0x9FFF},
    {0xA960, 0xA97F}, {0xA9E0, 0xA9FF},   {0xAA60, 0xAA7F},   {0xAC00, 0xD7FF},  {0xF900, 0xFAFF},
    {0xFF66, 0xFFDC}, {0x16FE0, 0x16FFF}, {0x1AFF0, 0x1B2FF}, {0x20000, 0x3FFFF}};
/// Letters by their category that belong to the one before them: vowels and final consonants of a
/// Hangul syllable, voice marks of halfwidth kana.
constexpr Range kJoining[] = {{0x1160, 0x11FF}, {0xD7B0, 0xD7FF}, {0xFF9E, 0xFF9F}};
/// Accents of Latin, Greek and Cyrillic, vowel points of Hebrew and Arabic. The marks of other
/// scripts tell words apart.
constexpr Range kAccents[] = {{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05C7},
                              {0x0610, 0x061A}, {0x064B, 0x065F}, {0x0670, 0x0670},
                              {0x06D6, 0x06ED}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},
                              {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}};
/// Letters by their category that are written where others write an apostrophe.
constexpr Range kApostrophes[] = {{0x02B9, 0x02BF}, {0x0374, 0x0374}};

enum class Kind {
  kSeparator,
  kInvisible,
  kMark,      ///< belongs to the character before it
  kLetter,    ///< also digits
  kUnspaced,  ///< a letter of a script without spaces between words
};

Kind kind_of(CodePoint c) {
  switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
      return Kind::kMark;
    case UTF8PROC_CATEGORY_CF: {
      constexpr CodePoint kZeroWidthSpace = 0x200B;
      return c == kZeroWidthSpace ? Kind::kSeparator : Kind::kInvisible;
    }
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
    case UTF8PROC_CATEGORY_CO:
      if (is_in(kApostrophes, c)) return Kind::kSeparator;
      return is_in(kUnspacedScripts, c) ? Kind::kUnspaced : Kind::kLetter;
    default:
      return Kind::kSeparator;
  }
}

/// The character at text[at] and how many bytes it has; a byte that begins none is U+FFFD.
CodePoint read(std::string_view text, std::size_t at, std::size_t& size) {
  CodePoint c = 0;
  const auto read = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                                     static_cast<utf8proc_ssize_t>(text.size() - at), &c);
  size = read < 1 ? 1 : static_cast<std::size_t>(read);
  return read < 1 ? 0xFFFD : c;
}

/// Writes a character with its marks as it is compared.
class Folding {
 public:
  /// Compatible forms become one (a wide letter, a ligature) unless that takes several characters
  /// of a run, or others than letters (a half would become 1, a slash, 2).
  void append(std::string_view character, Kind kind, std::string& word) {
    constexpr unsigned kFold = UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD;
    decompose(character, kFold | UTF8PROC_COMPAT);
    if (!fits(kind)) decompose(character, kFold);
    std::erase_if(points_,
                  [](CodePoint c) { return is_in(kAccents, c) || kind_of(c) == Kind::kSeparator; });
    const auto length = static_cast<utf8proc_ssize_t>(points_.size());
    points_.push_back(0);  // what is written needs one byte more
    const auto size = utf8proc_reencode(
        points_.data(), length, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    if (size > 0) {
      word.append(reinterpret_cast<const char*>(points_.data()), static_cast<std::size_t>(size));
    }
  }

 private:
  void decompose(std::string_view text, unsigned options) {
    utf8proc_ssize_t length = 0;
    for (points_.resize(16);; points_.resize(static_cast<std::size_t>(length))) {
      length = utf8proc_decompose(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                  static_cast<utf8proc_ssize_t>(text.size()), points_.data(),
                                  static_cast<utf8proc_ssize_t>(points_.size()),
                                  static_cast<utf8proc_option_t>(options));
      if (length <= static_cast<utf8proc_ssize_t>(points_.size())) break;
    }
    points_.resize(static_cast<std::size_t>(std::max<utf8proc_ssize_t>(length, 0)));
  }

  bool fits(Kind kind) const {
    if (!points_.empty() && kind_of(points_.front()) == Kind::kMark) return false;
    std::size_t characters = 0;
    for (const CodePoint c : points_) {
      const Kind own = kind_of(c);
      if (own == Kind::kMark || is_in(kJoining, c)) continue;
      if (own != kind) return false;
      ++characters;
    }
    return kind == Kind::kLetter || characters <= 1;
  }

  std::vector<CodePoint> points_;
};

enum class Singles { kNone, kBeside };

class Splitter {
 public:
  Splitter(std::string_view text, Singles singles, const TakeWord& take)
      : text_(text), singles_(singles), take_(take) {}

  void split() {
    while (at_ < text_.size() && !stopped_) {
      const char c = text_[at_];
      const bool is_ascii = static_cast<unsigned char>(c) < 0x80;
      if (is_ascii &&
          (at_ + 1 == text_.size() || static_cast<unsigned char>(text_[at_ + 1]) < 0x80)) {
        plain(c);
      } else {
        character();
      }
    }
    end_word();
    end_run();
  }

 private:
  /// An ASCII character without marks.
  void plain(char c) {
    end_run();
    if (base::is_digit(c) || base::is_letter(c)) {
      if (word_.empty()) begin_ = at_;
      word_ += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      end_ = ++at_;
    } else {
      end_word();
      ++at_;
    }
  }

  void character() {
    std::size_t size = 0;
    const CodePoint c = read(text_, at_, size);
    const Kind kind = kind_of(c);
    const std::size_t begin = at_;
    at_ += size;
    if (kind == Kind::kInvisible) return;
    if (kind == Kind::kSeparator) {
      end_word();
      end_run();
      return;
    }
    take_marks();
    const std::string_view whole = text_.substr(begin, at_ - begin);
    if (kind == Kind::kUnspaced) {
      end_word();
      next_.clear();
      folding_.append(whole, kind, next_);
      if (!next_.empty()) go_on_in_run(begin);
      return;
    }
    end_run();
    if (word_.empty()) begin_ = begin;
    folding_.append(whole, kind, word_);
    end_ = at_;
  }

  void take_marks() {
    for (std::size_t size = 0; at_ < text_.size(); at_ += size) {
      const CodePoint c = read(text_, at_, size);
      if (c < 0x80 || !(kind_of(c) == Kind::kMark || is_in(kJoining, c))) return;
    }
  }

  /// `next_` follows `last_` in a run, or begins one.
  void go_on_in_run(std::size_t begin) {
    if (!last_.empty()) {
      give({.text = last_ + next_, .begin = last_begin_, .end = last_end_});
      if (singles_ == Singles::kBeside) {
        give({.text = last_, .begin = last_begin_, .end = last_end_, .is_beside = true});
      }
      is_long_ = true;
    }
    last_.swap(next_);
    last_begin_ = begin;
    last_end_ = at_;
  }

  void end_run() {
    if (last_.empty()) return;
    if (!is_long_ || singles_ == Singles::kBeside) {
      give({.text = last_, .begin = last_begin_, .end = last_end_});
    }
    last_.clear();
    is_long_ = false;
  }

  void end_word() {
    if (word_.empty()) return;
    give({.text = word_, .begin = begin_, .end = end_});
    word_.clear();
  }

  void give(const PageWord& word) { stopped_ = stopped_ || !take_(word); }

  std::string_view text_;
  Singles singles_;
  const TakeWord& take_;
  Folding folding_;
  std::size_t at_ = 0;
  bool stopped_ = false;
  std::string word_;  ///< that is being read, with the bytes that it stands for
  std::size_t begin_ = 0, end_ = 0;
  std::string last_, next_;  ///< characters of a run
  std::size_t last_begin_ = 0, last_end_ = 0;
  bool is_long_ = false;  ///< the run has more than one character
};

// What FTS5 asks of a tokenizer. No exception may pass through it.
int create(void* /*context*/, const char** /*arguments*/, int /*count*/, Fts5Tokenizer** made) {
  static char nothing;  // all texts are split alike, and null would mean failure
  *made = reinterpret_cast<Fts5Tokenizer*>(&nothing);
  return SQLITE_OK;
}

void destroy(Fts5Tokenizer* /*made*/) {}

using TakeToken = int (*)(void*, int, const char*, int, int, int);

int tokenize(Fts5Tokenizer* /*made*/, void* context, int why, const char* text, int size,
             TakeToken take) {
  int code = SQLITE_OK;
  const TakeWord give = [&](const PageWord& word) {
    code = take(context, word.is_beside ? FTS5_TOKEN_COLOCATED : 0, word.text.data(),
                static_cast<int>(word.text.size()), static_cast<int>(word.begin),
                static_cast<int>(word.end));
    return code == SQLITE_OK;
  };
  try {
    const std::string_view whole(text, static_cast<std::size_t>(size));
    if ((why & FTS5_TOKENIZE_QUERY) != 0) {
      each_query_word(whole, give);
    } else {
      each_page_word(whole, give);
    }
  } catch (const std::bad_alloc&) {
    return SQLITE_NOMEM;
  }
  return code;
}

}  // namespace

void each_page_word(std::string_view text, const TakeWord& take) {
  Splitter(text, Singles::kBeside, take).split();
}

void each_query_word(std::string_view query, const TakeWord& take) {
  Splitter(query, Singles::kNone, take).split();
}

std::vector<std::string> query_words(std::string_view query) {
  std::vector<std::string> words;
  std::unordered_set<std::string> known;
  each_query_word(query, [&](const PageWord& word) {
    if (known.emplace(word.text).second) words.emplace_back(word.text);
    return true;
  });
  return words;
}

void add_page_tokenizer(const Database& database) {
  sqlite3_stmt* made = nullptr;
  fts5_api* api = nullptr;
  if (sqlite3_prepare_v2(database.handle(), "SELECT fts5(?1)", -1, &made, nullptr) == SQLITE_OK) {
    sqlite3_bind_pointer(made, 1, static_cast<void*>(&api), "fts5_api_ptr", nullptr);
    sqlite3_step(made);
  }
  sqlite3_finalize(made);
  if (api == nullptr) throw SqliteError("this SQLite has no full-text search (FTS5)");
  fts5_tokenizer functions = {.xCreate = create, .xDelete = destroy, .xTokenize = tokenize};
  if (api->xCreateTokenizer(api, "page_words", nullptr, &functions, nullptr) != SQLITE_OK) {
    throw SqliteError(sqlite3_errmsg(database.handle()));
  }
}

}  // namespace toolformer::tools
