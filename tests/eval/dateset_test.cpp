// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/dateset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "toolformer/base/sha256.h"
#include "toolformer/tools/builtin/iso_date.h"

namespace toolformer::eval {
namespace {

using testing::ElementsAre;

TEST(Dateset, HasTheSevenFamiliesOfThePaper) {
  std::array<std::size_t, 7> sizes{};
  std::set<std::string> distinct, current;
  for (const auto& row : make_dateset()) {
    ++sizes[row["family"].get<std::size_t>() - 1];
    distinct.insert(row["question"].get<std::string>() + row["date"].get<std::string>());
    current.insert(row["date"].get<std::string>());
    EXPECT_TRUE(tools::parse_iso_date(row["date"].get<std::string>()));
    EXPECT_FALSE(row["answer"].empty());
  }
  EXPECT_THAT(sizes, ElementsAre(400, 800, 800, 400, 4000, 1800, 1200));
  EXPECT_EQ(distinct.size(), 9400u);
  EXPECT_EQ(current.size(), 500u);
}

TEST(Dateset, IsTheSameEverywhere) {
  std::string lines;
  for (const auto& row : make_dateset()) lines += row.dump() + "\n";
  EXPECT_EQ(base::sha256(lines),
            "3b1e6f9c95acd29663ee8401af62010c168a3d1b9848030d640b3d977c16bc1e");
}

/// Questions of the near days are answered by their date alone: a second computation.
TEST(Dateset, TheAnswersAreRight) {
  std::size_t checked = 0;
  for (const auto& row : make_dateset()) {
    const std::string question = row["question"], date = row["date"];
    const auto today = std::chrono::sys_days(*tools::parse_iso_date(date));
    const std::pair<const char*, int> near[] = {{" it the day before yesterday?", -2},
                                                {" it yesterday?", -1},
                                                {" it today?", 0},
                                                {" it tomorrow?", 1},
                                                {" it the day after tomorrow?", 2}};
    for (const auto& [ending, distance] : near) {
      if (!question.ends_with(ending)) continue;
      const std::string day = tools::spell_out(today + std::chrono::days(distance));
      EXPECT_NE(day.find(row["answer"][0].get<std::string>()), std::string::npos) << row;
      ++checked;
    }
  }
  EXPECT_EQ(checked, 4000u);
}

TEST(Dateset, HolidaysFallWhereTheLawPutsThem) {
  std::vector<std::string> days;
  for (const Holiday& holiday : federal_holidays(std::chrono::year(2023)))
    days.push_back(holiday.name + ": " + tools::spell_out(holiday.day));
  EXPECT_THAT(
      days,
      ElementsAre(
          "New Year's Day: Sunday, January 1, 2023",
          "Martin Luther King Jr. Day: Monday, January 16, 2023",
          "Washington's Birthday: Monday, February 20, 2023", "Memorial Day: Monday, May 29, 2023",
          "Juneteenth: Monday, June 19, 2023", "Independence Day: Tuesday, July 4, 2023",
          "Labor Day: Monday, September 4, 2023", "Columbus Day: Monday, October 9, 2023",
          "Veterans Day: Saturday, November 11, 2023", "Thanksgiving: Thursday, November 23, 2023",
          "Christmas: Monday, December 25, 2023"));
}

}  // namespace
}  // namespace toolformer::eval
