// SPDX-License-Identifier: Apache-2.0
// Statements in a text that can be checked without a gold answer: how many there are, and how many
// are true. An equation is arithmetic on the left of "=" and a number or arithmetic on the right
// ("48 / 320 = 15%", "$0.2 x 50 = $10"); in a chain each "=" is one. Exact arithmetic
// (tools/builtin/arithmetic.h); true when both sides are equal once the left is rounded to the
// decimals that the right is written with. A dated weekday ("Thursday, April 25, 2019") is true
// when that day is that weekday; "10 days after April 25, 2019 is May 5, 2019" when the calendar
// says so.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace toolformer::eval {

struct Statement {
  enum class Kind { kEquation, kDate };
  Kind kind = Kind::kEquation;
  std::string text;  ///< as it is written
  bool is_true = false;
};

/// In the order in which they stand; equations first.
std::vector<Statement> find_statements(std::string_view text);
std::vector<Statement> find_equations(std::string_view text);
std::vector<Statement> find_dates(std::string_view text);

struct StatementCounts {
  std::size_t equations = 0, true_equations = 0;
  std::size_t dates = 0, true_dates = 0;

  void add(const std::vector<Statement>& statements);
};

}  // namespace toolformer::eval
