// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/builtin/calendar.h"

#include "toolformer/base/error.h"
#include "toolformer/tools/builtin/date_arithmetic.h"
#include "toolformer/tools/builtin/iso_date.h"

namespace toolformer::tools {

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
    if (options_.arithmetic) return evaluate_dates(input, parse_iso_date(date.value_or("")));
    return Outcome::error("bad_input", options_.name + " takes no input");
  }
  if (!date) {
    return Outcome::error("no_date", "the document has no meta.date, and no --now was given");
  }
  const auto day = parse_iso_date(*date);
  if (!day) {
    return Outcome::error("bad_date",
                          fmt::format("`{}` is no ISO 8601 date like 2019-04-25", *date));
  }
  return Outcome::value(fmt::format("Today is {}.", spell_out(*day)));
}

std::vector<std::unique_ptr<Tool>> make_calendar(const std::string& name,
                                                 formats::TomlTable& settings,
                                                 const ToolResources& resources) {
  return one_tool(std::make_unique<Calendar>(
      resources.now,
      CalendarOptions{.name = name, .arithmetic = settings.boolean("arithmetic", false)}));
}

}  // namespace toolformer::tools
