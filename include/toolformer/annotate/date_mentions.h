// SPDX-License-Identifier: Apache-2.0
// Which documents speak of days that their own date tells something about.
#pragma once

#include <cstddef>
#include <string_view>

namespace toolformer::annotate {

/// Whether the text names a weekday; a month with a day beside it ("March 18", "18 March"); today,
/// tomorrow, yesterday or tonight; or a year at most `years` away from the one that `date` (ISO
/// 8601) begins with. Words count in any case, a month or "May" alone does not.
bool mentions_date(std::string_view text, std::string_view date, std::size_t years);

}  // namespace toolformer::annotate
