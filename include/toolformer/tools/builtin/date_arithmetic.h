// SPDX-License-Identifier: Apache-2.0
// Sums of calendar days:
//   sum  = date { ("+" | "-") number unit }     2019-04-25 + 2 weeks - 1 day   -> a date
//        | date "-" date                         2019-05-25 - 2019-04-25        -> a number of days
//   date = ISO 8601 (iso_date.h) | "today"       unit = day, week, month or year, with or without s
// From left to right. A month or year from a day that the month reached does not have leads to its
// last day: 2024-01-31 + 1 month is 2024-02-29.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "toolformer/tools/contract/tool.h"

namespace toolformer::tools {

/// "Saturday, May 25, 2019", or "30 days". Errors: bad_input, no_date (today without a day),
/// out_of_range (outside the years 1 to 9999).
Outcome evaluate_dates(std::string_view expression,
                       std::optional<std::chrono::year_month_day> today);

}  // namespace toolformer::tools
