// SPDX-License-Identifier: Apache-2.0
// The dates among the statements of statements.h, read word by word.
#include <array>
#include <chrono>
#include <optional>
#include <string>

#include "toolformer/base/ascii.h"
#include "toolformer/eval/statements.h"

namespace toolformer::eval {
namespace {

using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::array<std::string_view, 7> kWeekdays = {"sunday",   "monday", "tuesday", "wednesday",
                                                       "thursday", "friday", "saturday"};
constexpr std::array<std::string_view, 12> kMonths = {
    "january", "february", "march",     "april",   "may",      "june",
    "july",    "august",   "september", "october", "november", "december"};

/// A run of letters or of digits, in lower case; "25th" is the number 25.
struct Word {
  std::string text;
  std::size_t begin = 0, end = 0;
  bool number = false;
};

using base::is_digit;
using base::is_letter;

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> words;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_digit(text[at]) && !is_letter(text[at])) {
      ++at;
      continue;
    }
    Word word{.text = {}, .begin = at, .end = at, .number = is_digit(text[at])};
    while (at < text.size() && (word.number ? is_digit(text[at]) : is_letter(text[at]))) {
      word.text += static_cast<char>(word.number ? text[at] : text[at] | 0x20);
      ++at;
    }
    if (word.number) {
      for (const std::string_view suffix : {"st", "nd", "rd", "th"}) {
        if (text.substr(at).starts_with(suffix)) at += suffix.size();
      }
    }
    word.end = at;
    words.push_back(std::move(word));
  }
  return words;
}

template <std::size_t N>
std::optional<unsigned> place_in(const std::array<std::string_view, N>& names,
                                 const std::string& word) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == word) return static_cast<unsigned>(i);
  }
  return std::nullopt;
}

class DateReader {
 public:
  explicit DateReader(std::string_view text) : text_(text), words_(words_of(text)) {}

  std::vector<Statement> read() {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      read_weekday_before(i);
      read_weekday_behind(i);
      read_distance(i);
    }
    return std::move(found_);
  }

 private:
  struct Date {
    year_month_day day;
    std::size_t next = 0;  ///< index of the word behind it
  };

  bool is(std::size_t i, std::string_view word) const {
    return i < words_.size() && words_[i].text == word;
  }

  /// Nothing but blanks and a comma between the words.
  bool adjoin(std::size_t i) const {
    if (i + 1 >= words_.size()) return false;
    const std::string_view gap = text_.substr(words_[i].end, words_[i + 1].begin - words_[i].end);
    return gap.find_first_not_of(" ,") == std::string_view::npos && gap.size() <= 2;
  }

  /// "April 25, 2019" or "25 April 2019" at word i.
  std::optional<Date> date_at(std::size_t i) const {
    if (i + 2 >= words_.size() || !adjoin(i) || !adjoin(i + 1)) return std::nullopt;
    const bool day_first = words_[i].number;
    const Word& name = words_[day_first ? i + 1 : i];
    const Word& number = words_[day_first ? i : i + 1];
    const Word& year = words_[i + 2];
    const auto month = place_in(kMonths, name.text);
    if (!month || !number.number || number.text.size() > 2 || !year.number ||
        year.text.size() != 4) {
      return std::nullopt;
    }
    return Date{{std::chrono::year(std::stoi(year.text)), std::chrono::month(*month + 1),
                 std::chrono::day(static_cast<unsigned>(std::stoi(number.text)))},
                i + 3};
  }

  void add(std::size_t first, std::size_t last, bool is_true) {
    found_.push_back({.kind = Statement::Kind::kDate,
                      .text = std::string(text_.substr(words_[first].begin,
                                                       words_[last].end - words_[first].begin)),
                      .is_true = is_true});
  }

  static bool falls_on(const year_month_day& day, unsigned weekday) {
    return day.ok() && std::chrono::weekday(sys_days(day)).c_encoding() == weekday;
  }

  /// "Thursday, April 25, 2019"
  void read_weekday_before(std::size_t i) {
    const auto weekday = place_in(kWeekdays, words_[i].text);
    if (!weekday || !adjoin(i)) return;
    if (const auto date = date_at(i + 1)) add(i, date->next - 1, falls_on(date->day, *weekday));
  }

  /// The word behind "is", "was", "will be", "falls on", "fell on", "is on", "was a" ... at word i.
  std::optional<std::size_t> behind_verb(std::size_t i) const {
    if (is(i, "will") && is(i + 1, "be")) {
      i += 2;
    } else if (is(i, "is") || is(i, "was") || is(i, "falls") || is(i, "fell")) {
      ++i;
    } else {
      return std::nullopt;
    }
    if (is(i, "on") || is(i, "a")) ++i;
    if (i >= words_.size()) return std::nullopt;
    return i;
  }

  /// "April 25, 2019 was a Thursday"
  void read_weekday_behind(std::size_t i) {
    const auto date = date_at(i);
    if (!date) return;
    const auto next = behind_verb(date->next);
    if (!next || (adjoin(*next) && date_at(*next + 1))) return;
    const auto weekday = place_in(kWeekdays, words_[*next].text);
    if (weekday) add(i, *next, falls_on(date->day, *weekday));
  }

  /// "10 days after April 25, 2019 is May 5, 2019"
  void read_distance(std::size_t i) {
    if (!words_[i].number || words_[i].text.size() > 5 || i + 3 >= words_.size()) return;
    const std::string& unit = words_[i + 1].text;
    const bool weeks = unit == "weeks" || unit == "week";
    if (!weeks && unit != "days" && unit != "day") return;
    const bool before = is(i + 2, "before");
    if (!before && !is(i + 2, "after") && !is(i + 2, "from")) return;
    const auto start = date_at(i + 3);
    if (!start) return;
    auto next = behind_verb(start->next);
    if (next && place_in(kWeekdays, words_[*next].text)) ++*next;
    const auto stated = next ? date_at(*next) : std::nullopt;
    if (!stated) return;
    const int days = std::stoi(words_[i].text) * (weeks ? 7 : 1) * (before ? -1 : 1);
    const bool both = start->day.ok() && stated->day.ok();
    add(i, stated->next - 1,
        both && sys_days(start->day) + std::chrono::days(days) == sys_days(stated->day));
  }

  std::string_view text_;
  std::vector<Word> words_;
  std::vector<Statement> found_;
};

}  // namespace

std::vector<Statement> find_dates(std::string_view text) {
  return DateReader(text).read();
}

}  // namespace toolformer::eval
