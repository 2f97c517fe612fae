// SPDX-License-Identifier: Apache-2.0
// The calendar day of an ISO 8601 date or date and time, as it was written: an offset does not move
// the day.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace toolformer::tools {

/// YYYY-MM-DD or YYYYMMDD, alone or followed by T or a space and hh:mm[:ss[.fff]] with Z, +hh,
/// +hh:mm or nothing. nullopt: anything else, a day or an hour that does not exist. Years 0001 to
/// 9999.
std::optional<std::chrono::year_month_day> parse_iso_date(std::string_view text);

/// "Thursday, April 25, 2019"
std::string spell_out(std::chrono::year_month_day day);

/// The local date of now, "2019-04-25".
std::string today();

}  // namespace toolformer::tools
