// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/builtin/date_arithmetic.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "toolformer/tools/builtin/iso_date.h"

namespace toolformer::tools {
namespace {

using std::chrono::year_month_day;

/// The next word: up to a blank, or a sign of its own.
std::string_view take_word(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
  const std::string_view word = rest.substr(0, rest.find_first_of(" \t"));
  rest.remove_prefix(word.size());
  return word;
}

std::string lower(std::string_view word) {
  std::string out(word);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

year_month_day last_existing(std::chrono::year_month month, std::chrono::day day) {
  const year_month_day date = month / day;
  return date.ok() ? date : year_month_day(month / std::chrono::last);
}

struct Unit {
  std::string_view name;
  long most;  ///< of them are some 10,000 years; all sums stay where std::chrono can count
};
constexpr std::array<Unit, 4> kUnits = {
    {{"day", 3'700'000}, {"week", 530'000}, {"month", 120'000}, {"year", 10'000}}};

const Unit* find_unit(std::string name) {
  if (name.ends_with('s')) name.pop_back();
  const auto* found = std::find_if(kUnits.begin(), kUnits.end(),
                                   [&](const Unit& unit) { return unit.name == name; });
  return found == kUnits.end() ? nullptr : found;
}

year_month_day add(year_month_day date, long number, const Unit& unit) {
  using std::chrono::days, std::chrono::months, std::chrono::sys_days, std::chrono::years;
  const std::chrono::year_month month = date.year() / date.month();
  if (unit.name == "day") return sys_days(date) + days(number);
  if (unit.name == "week") return sys_days(date) + days(7 * number);
  if (unit.name == "month") return last_existing(month + months(number), date.day());
  return last_existing(month + years(number), date.day());
}

std::optional<long> number_of(std::string_view word) {
  long value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size() || value < 0) return std::nullopt;
  return value;
}

Outcome bad(std::string_view word, std::string_view expected) {
  return Outcome::error(error_kind::kBadInput,
                        fmt::format("{} expected, got `{}`", expected, word));
}

}  // namespace

Outcome evaluate_dates(std::string_view expression, std::optional<year_month_day> today) {
  const std::string_view first = take_word(expression);
  std::optional<year_month_day> date = parse_iso_date(first);
  if (lower(first) == "today") {
    if (!today) return Outcome::error("no_date", "there is no day that could be today");
    date = today;
  }
  if (!date) return bad(first, "a date like 2019-04-25, or today,");
  for (std::string_view sign = take_word(expression); !sign.empty(); sign = take_word(expression)) {
    if (sign != "+" && sign != "-") return bad(sign, "+ or -");
    const std::string_view word = take_word(expression);
    if (const auto other = parse_iso_date(word); other && sign == "-") {
      if (const std::string_view more = take_word(expression); !more.empty()) {
        return bad(more, "nothing behind the second date");
      }
      const auto days = (std::chrono::sys_days(*date) - std::chrono::sys_days(*other)).count();
      return Outcome::value(fmt::format("{} day{}", days, days == 1 || days == -1 ? "" : "s"));
    }
    const std::optional<long> number = number_of(word);
    if (!number) return bad(word, "a whole number");
    const std::string_view name = take_word(expression);
    const Unit* unit = find_unit(lower(name));
    if (unit == nullptr) return bad(name, "days, weeks, months or years");
    if (*number <= unit->most) date = add(*date, sign == "+" ? *number : -*number, *unit);
    if (*number > unit->most || date->year() < std::chrono::year(1) ||
        date->year() > std::chrono::year(9999)) {
      return Outcome::error("out_of_range", "beyond the years 1 to 9999");
    }
  }
  return Outcome::value(spell_out(*date));
}

}  // namespace toolformer::tools
