// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/dateset.h"

#include <fmt/format.h>

#include <functional>
#include <utility>

#include "toolformer/base/random.h"
#include "toolformer/tools/builtin/iso_date.h"

namespace toolformer::eval {
namespace {

using std::chrono::days;
using std::chrono::month;
using std::chrono::months;
using std::chrono::sys_days;
using std::chrono::weekday_indexed;
using std::chrono::year;
using std::chrono::year_month_day;
using std::chrono::years;
using Json = nlohmann::ordered_json;

constexpr std::size_t kDates = 500;
constexpr int kFourYears = 4 * 365 + 1;
constexpr std::array<const char*, 4> kParts = {"day of the week", "day of the month", "month",
                                               "year"};
constexpr std::array<const char*, 4> kUnits = {"days", "weeks", "months", "years"};

/// What one item stands on.
struct Dates {
  year_month_day current, past, future;
};

std::vector<Dates> draw_dates() {
  std::vector<Dates> drawn;
  // One current date in each 500th of 24 years, so that none comes twice.
  const sys_days first = year(2000) / 1 / 1;
  constexpr int kShare = 24 * 365 / static_cast<int>(kDates);
  for (std::size_t i = 0; i < kDates; ++i) {
    const base::KeyedRandom random(2023, {"dateset", std::uint64_t{i}});
    const auto up_to = [&](std::uint64_t draw, int count) {
      return days(static_cast<int>(random.uniform(draw) * count));
    };
    const sys_days current = first + days(kShare * static_cast<int>(i)) + up_to(0, kShare);
    drawn.push_back({current, current - days(1) - up_to(1, kFourYears),
                     current + days(1) + up_to(2, kFourYears)});
  }
  return drawn;
}

int days_between(year_month_day from, year_month_day to) {
  return static_cast<int>((sys_days(to) - sys_days(from)).count());
}

/// Whole units from one day to a later one.
int whole_units(std::size_t unit, year_month_day from, year_month_day to) {
  const int all_days = days_between(from, to);
  if (unit == 0) return all_days;
  if (unit == 1) return all_days / 7;
  int count = (static_cast<int>(to.year()) - static_cast<int>(from.year())) * 12 +
              static_cast<int>(static_cast<unsigned>(to.month())) -
              static_cast<int>(static_cast<unsigned>(from.month()));
  if (to.day() < from.day()) --count;
  return unit == 2 ? count : count / 12;
}

/// The day so many units later; where the month is shorter, its last day.
year_month_day moved(year_month_day day, std::size_t unit, int count) {
  if (unit < 2) return sys_days(day) + days(unit == 0 ? count : 7 * count);
  const year_month_day there = day + (unit == 2 ? months(count) : months(12 * count));
  if (there.ok()) return there;
  return there.year() / there.month() / std::chrono::last;
}

/// The answers to "what weekday / day of the month / month / year is it".
std::vector<std::string> part_of(std::size_t part, year_month_day day) {
  const std::string spelled = tools::spell_out(day);  // "Thursday, April 25, 2019"
  const std::size_t comma = spelled.find(',');
  if (part == 0) return {spelled.substr(0, comma)};
  if (part == 2) return {spelled.substr(comma + 2, spelled.find(' ', comma + 2) - comma - 2)};
  if (part == 3) return {fmt::format("{}", static_cast<int>(day.year()))};
  const auto number = static_cast<unsigned>(day.day());
  const bool teen = number / 10 == 1;
  const char* suffix = teen || number % 10 > 3 || number % 10 == 0
                           ? "th"
                           : std::array{"st", "nd", "rd"}[number % 10 - 1];
  return {fmt::format("{}", number), fmt::format("{}{}", number, suffix)};
}

std::string without_weekday(year_month_day day) {
  const std::string spelled = tools::spell_out(day);
  return spelled.substr(spelled.find(',') + 2);
}

struct Question {
  std::string text;
  std::vector<std::string> answers;
};

Question days_to_date(const Dates& dates, std::size_t variant) {
  if (variant == 0) {
    return {fmt::format("How many days ago was {}?", without_weekday(dates.past)),
            {fmt::format("{}", days_between(dates.past, dates.current))}};
  }
  return {fmt::format("How many days are there until {}?", without_weekday(dates.future)),
          {fmt::format("{}", days_between(dates.current, dates.future))}};
}

Question part_of_past(const Dates& dates, std::size_t variant) {
  const std::size_t part = variant % 4, unit = variant / 4;
  const int count = whole_units(unit, dates.past, dates.current);
  return {fmt::format("What {} was it {} {} ago?", kParts[part], count, kUnits[unit]),
          part_of(part, moved(dates.current, unit, -count))};
}

Question part_of_future(const Dates& dates, std::size_t variant) {
  const std::size_t part = variant % 4, unit = variant / 4;
  const int count = whole_units(unit, dates.current, dates.future);
  return {fmt::format("What {} will it be in {} {}?", kParts[part], count, kUnits[unit]),
          part_of(part, moved(dates.current, unit, count))};
}

Question weekday_of_date(const Dates& dates, std::size_t variant) {
  const year_month_day day = variant == 0 ? dates.past : dates.future;
  return {fmt::format("What day of the week {} it on {}?", variant == 0 ? "was" : "is",
                      without_weekday(day)),
          part_of(0, day)};
}

Question part_of_near_day(const Dates& dates, std::size_t variant) {
  constexpr std::array<const char*, 5> kNear = {"the day before yesterday", "yesterday", "today",
                                                "tomorrow", "the day after tomorrow"};
  const std::size_t part = variant % 4, near = variant / 4;
  const int distance = static_cast<int>(near) - 2;
  return {fmt::format("What {} {} it {}?", kParts[part], distance < 0 ? "was" : "is", kNear[near]),
          part_of(part, sys_days(dates.current) + days(distance))};
}

const Holiday& holiday_of(const std::vector<Holiday>& holidays, std::size_t variant) {
  return holidays[variant % holidays.size()];
}

Question part_of_holiday(const Dates& dates, std::size_t variant) {
  const std::vector<Holiday> holidays = federal_holidays(dates.current.year());
  const Holiday& holiday = holiday_of(holidays, variant);
  const std::size_t part = variant / holidays.size();
  return {fmt::format("What {} {} {} this year?", kParts[part],
                      sys_days(holiday.day) < sys_days(dates.current) ? "was" : "is", holiday.name),
          part_of(part, holiday.day)};
}

Question time_to_holiday(const Dates& dates, std::size_t variant) {
  const std::vector<Holiday> holidays = federal_holidays(dates.current.year());
  const Holiday& holiday = holiday_of(holidays, variant);
  const std::size_t unit = variant / holidays.size();
  const bool past = sys_days(holiday.day) < sys_days(dates.current);
  const int count = past ? whole_units(unit, holiday.day, dates.current)
                         : whole_units(unit, dates.current, holiday.day);
  return {
      past ? fmt::format("How many {} ago was {} this year?", kUnits[unit], holiday.name)
           : fmt::format("How many {} are there until {} this year?", kUnits[unit], holiday.name),
      {fmt::format("{}", count)}};
}

struct Family {
  std::size_t variants;  ///< of its template
  Question (*ask)(const Dates&, std::size_t variant);
};

constexpr std::array<Family, 7> kFamilies = {{{2, days_to_date},
                                              {16, part_of_past},
                                              {16, part_of_future},
                                              {2, weekday_of_date},
                                              {20, part_of_near_day},
                                              {33, part_of_holiday},
                                              {44, time_to_holiday}}};

}  // namespace

std::vector<Holiday> federal_holidays(year y) {
  const auto on = [y](unsigned m, unsigned d) {
    return year_month_day(y, month(m), std::chrono::day(d));
  };
  const auto nth = [y](unsigned m, weekday_indexed which) {
    return year_month_day(sys_days(std::chrono::year_month_weekday(y, month(m), which)));
  };
  using std::chrono::Monday;
  return {{"New Year's Day", on(1, 1)},
          {"Martin Luther King Jr. Day", nth(1, Monday[3])},
          {"Washington's Birthday", nth(2, Monday[3])},
          {"Memorial Day", year_month_day(sys_days(y / 5 / Monday[std::chrono::last]))},
          {"Juneteenth", on(6, 19)},
          {"Independence Day", on(7, 4)},
          {"Labor Day", nth(9, Monday[1])},
          {"Columbus Day", nth(10, Monday[2])},
          {"Veterans Day", on(11, 11)},
          {"Thanksgiving", nth(11, std::chrono::Thursday[4])},
          {"Christmas", on(12, 25)}};
}

std::vector<Json> make_dateset() {
  const std::vector<Dates> dates = draw_dates();
  std::vector<Json> rows;
  for (std::size_t family = 0; family < kFamilies.size(); ++family) {
    const auto& [variants, ask] = kFamilies[family];
    for (std::size_t i = 0; i < kDatesetSizes[family]; ++i) {
      // Each variant goes through the dates from a place of its own, so that no item comes twice.
      const std::size_t variant = i % variants;
      const Dates& chosen = dates[(i / variants + variant * 37) % kDates];
      const Question question = ask(chosen, variant);
      rows.push_back(
          {{"id", fmt::format("dateset-{}-{:04}", family + 1, i)},
           {"family", family + 1},
           {"question", question.text},
           {"answer", question.answers},
           {"date", fmt::format("{:04}-{:02}-{:02}", static_cast<int>(chosen.current.year()),
                                static_cast<unsigned>(chosen.current.month()),
                                static_cast<unsigned>(chosen.current.day()))}});
    }
  }
  return rows;
}

}  // namespace toolformer::eval
