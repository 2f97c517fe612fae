// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/builtin/iso_date.h"

#include <fmt/format.h>
#include <ctime>

#include "toolformer/base/ascii.h"

namespace toolformer::tools {
namespace {

constexpr const char* kWeekdays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                     "Thursday", "Friday", "Saturday"};
constexpr const char* kMonths[] = {"January",   "February", "March",    "April",
                                   "May",       "June",     "July",     "August",
                                   "September", "October",  "November", "December"};

using base::is_digit;

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}
  bool ended() const { return rest_.empty(); }

  bool take(char expected) {
    if (rest_.empty() || rest_.front() != expected) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// Exactly `digits` digits with a value in [low, high].
  std::optional<unsigned> number(std::size_t digits, unsigned low, unsigned high) {
    if (rest_.size() < digits) return std::nullopt;
    unsigned value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (!is_digit(rest_[i])) return std::nullopt;
      value = value * 10 + static_cast<unsigned>(rest_[i] - '0');
    }
    rest_.remove_prefix(digits);
    return value >= low && value <= high ? std::optional(value) : std::nullopt;
  }

  void skip_digits() {
    while (!rest_.empty() && is_digit(rest_.front())) rest_.remove_prefix(1);
  }

 private:
  std::string_view rest_;
};

bool read_time(Reader& reader) {
  constexpr unsigned kLeapSecond = 60;
  if (!reader.number(2, 0, 24)) return false;
  if (!reader.take(':') || !reader.number(2, 0, 59)) return false;
  if (reader.take(':')) {
    if (!reader.number(2, 0, kLeapSecond)) return false;
    if (reader.take('.') || reader.take(',')) reader.skip_digits();
  }
  if (reader.take('Z') || reader.ended()) return true;
  if (!reader.take('+') && !reader.take('-')) return false;
  if (!reader.number(2, 0, 23)) return false;
  if (reader.ended()) return true;
  reader.take(':');
  return reader.number(2, 0, 59).has_value();
}

}  // namespace

std::optional<std::chrono::year_month_day> parse_iso_date(std::string_view text) {
  Reader reader(text);
  const auto year = reader.number(4, 1, 9999);
  if (!year) return std::nullopt;
  const bool dashes = reader.take('-');
  const auto month = reader.number(2, 1, 12);
  if (!month || (dashes && !reader.take('-'))) return std::nullopt;
  const auto day = reader.number(2, 1, 31);
  if (!day) return std::nullopt;
  if (!reader.ended()) {
    if (!reader.take('T') && !reader.take(' ')) return std::nullopt;
    if (!read_time(reader) || !reader.ended()) return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day)};
  return date.ok() ? std::optional(date) : std::nullopt;
}

std::string spell_out(std::chrono::year_month_day day) {
  const std::chrono::weekday weekday{std::chrono::sys_days(day)};
  return fmt::format("{}, {} {}, {}", kWeekdays[weekday.c_encoding()],
                     kMonths[static_cast<unsigned>(day.month()) - 1],
                     static_cast<unsigned>(day.day()), static_cast<int>(day.year()));
}

std::string today() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  char date[sizeof "2019-04-25"];
  std::strftime(date, sizeof date, "%Y-%m-%d", &local);
  return date;
}

}  // namespace toolformer::tools
