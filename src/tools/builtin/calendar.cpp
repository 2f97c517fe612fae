// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/builtin/calendar.h"

#include "toolformer/base/error.h"
#include "toolformer/tools/builtin/date_arithmetic.h"
#include "toolformer/tools/builtin/iso_date.h"

namespace toolformer::tools {
namespace {

Outcome bad_date(const std::string& date) {
  return Outcome::error("bad_date", fmt::format("`{}` is no ISO 8601 date like 2019-04-25", date));
}

}  // namespace

Calendar::Calendar(std::optional<std::string> now, CalendarOptions options)
    : now_(std::move(now)), options_(std::move(options)) {
  if (now_ && !parse_iso_date(*now_)) {
    base::throw_error<base::UsageError>("--now {}: no such day; write it as 2019-04-25", *now_);
  }
}

std::string Calendar::version() const {
  return fmt::format("1, now {}{}", now_.value_or("unknown"),
                     options_.arithmetic ? ", arithmetic" : "");
}

Outcome Calendar::call(std::string_view input, const CallContext& context) const {
  const std::optional<std::string>& date = context.date ? context.date : now_;
  if (input.find_first_not_of(" \t\r\n") != std::string_view::npos) {
    if (!options_.arithmetic) return Outcome::error("bad_input", options_.name + " takes no input");
    Outcome outcome = evaluate_dates(input, parse_iso_date(date.value_or("")));
    if (date && outcome.error_kind == "no_date") return bad_date(*date);
    return outcome;
  }
  if (!date) {
    return Outcome::error("no_date", "the document has no meta.date, and no --now was given");
  }
  const auto day = parse_iso_date(*date);
  if (!day) return bad_date(*date);
  return Outcome::value(fmt::format("Today is {}.", spell_out(*day)));
}

std::optional<std::string> Calendar::other_result(std::string_view result,
                                                  const CallContext& context,
                                                  const base::KeyedRandom& draw) const {
  constexpr double kDays = 6 * 365.25;
  const std::optional<std::string>& date = context.date ? context.date : now_;
  const auto day = parse_iso_date(date.value_or(""));
  if (!day || !result.starts_with("Today is")) return std::nullopt;
  const std::chrono::sys_days here(*day);
  for (std::uint64_t i = 0;; ++i) {  // half of all days differ in all four
    const auto shift = static_cast<int>((2 * draw.uniform(i) - 1) * kDays);
    const std::chrono::sys_days there = here + std::chrono::days(shift);
    const std::chrono::year_month_day other(there);
    const bool differs = other.year() != day->year() && other.month() != day->month() &&
                         other.day() != day->day() &&
                         std::chrono::weekday(there) != std::chrono::weekday(here);
    if (differs) return fmt::format("Today is {}.", spell_out(other));
  }
}

std::vector<std::unique_ptr<Tool>> make_calendar(const std::string& name,
                                                 formats::TomlTable& settings,
                                                 const ToolResources& resources) {
  return one_tool(std::make_unique<Calendar>(
      resources.now,
      CalendarOptions{.name = name, .arithmetic = settings.boolean("arithmetic", false)}));
}

}  // namespace toolformer::tools
