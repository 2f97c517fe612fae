// SPDX-License-Identifier: Apache-2.0
#include "toolformer/annotate/date_mentions.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "toolformer/base/ascii.h"

namespace toolformer::annotate {
namespace {

constexpr std::array<std::string_view, 11> kDays = {
    "monday", "tuesday", "wednesday", "thursday",  "friday", "saturday",
    "sunday", "today",   "tomorrow",  "yesterday", "tonight"};
constexpr std::array<std::string_view, 23> kMonths = {
    "january",   "february", "march",    "april",    "may", "june", "july", "august",
    "september", "october",  "november", "december", "jan", "feb",  "mar",  "apr",
    "jun",       "jul",      "aug",      "sep",      "oct", "nov",  "dec"};

enum class Kind { kDay, kMonth, kDayNumber, kYear, kOther };

template <std::size_t n>
bool holds(const std::array<std::string_view, n>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

int number_of(std::string_view word) {
  int value = -1;
  std::from_chars(word.data(), word.data() + word.size(), value);
  return value;
}

/// Of a word of letters and digits in lower case; "18th" is a day's number.
Kind kind_of(std::string_view word, int year, int years) {
  if (!base::is_digit(word.front())) {
    if (holds(kDays, word)) return Kind::kDay;
    return holds(kMonths, word) ? Kind::kMonth : Kind::kOther;
  }
  constexpr int kLongestMonth = 31;
  const int value = number_of(word);
  const bool is_plain = std::all_of(word.begin(), word.end(), base::is_digit);
  if (word.size() == 4 && is_plain && year > 0 && value >= year - years && value <= year + years)
    return Kind::kYear;
  return value >= 1 && value <= kLongestMonth && word.size() <= 4 ? Kind::kDayNumber : Kind::kOther;
}

bool is_month_with_day(Kind left, Kind right) {
  return (left == Kind::kMonth && right == Kind::kDayNumber) ||
         (left == Kind::kDayNumber && right == Kind::kMonth);
}

}  // namespace

bool mentions_date(std::string_view text, std::string_view date, std::size_t years) {
  const int year = number_of(date.substr(0, 4));
  Kind before = Kind::kOther;
  std::string word;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    const char c = at < text.size() ? text[at] : ' ';
    if (base::is_digit(c) || base::is_letter(c)) {
      word += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      continue;
    }
    if (word.empty()) continue;
    const Kind kind = kind_of(word, year, static_cast<int>(years));
    if (kind == Kind::kDay || kind == Kind::kYear || is_month_with_day(before, kind)) return true;
    before = kind;
    word.clear();
  }
  return false;
}

}  // namespace toolformer::annotate
