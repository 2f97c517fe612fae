// SPDX-License-Identifier: Apache-2.0
// Dateset (paper, appendix D): questions about dates that only the current date answers. Seven
// families of templates with 400, 800, 800, 400, 4,000, 1,800 and 1,200 items over 500 random
// current dates, each with one past and one future date within four years, and the holidays of the
// United States' federal government. The items are the same everywhere; the paper's own are not
// published.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace toolformer::eval {

inline constexpr std::array<std::size_t, 7> kDatesetSizes = {400, 800, 800, 400, 4000, 1800, 1200};

/// Rows {"id", "family", "question", "answer": [...], "date": the current date, ISO 8601}, in the
/// order of the families.
std::vector<nlohmann::ordered_json> make_dateset();

struct Holiday {
  std::string name;
  std::chrono::year_month_day day;
};
/// The eleven federal holidays of a year on the days the law names (not those they are observed
/// on).
std::vector<Holiday> federal_holidays(std::chrono::year year);

}  // namespace toolformer::eval
