// SPDX-License-Identifier: Apache-2.0
// Exact arithmetic on a written expression:
//   sum     = product { ("+" | "-") product }
//   product = signed { ("*" | "/") signed }
//   signed  = { "+" | "-" } value { "%" }
//   value   = number | "(" sum ")"
// Numbers: 12, 3.5, .5, 5., 1,234,567.89 (a comma separates groups of three, and none begins with
// 0), each behind an optional currency sign $ € £ ¥, which does not change the value. % divides by
// a hundred. × · x multiply (x only between values: 2x + 3 has a variable), ÷ divides, − and –
// subtract. No powers, no exponents (1e5), no names, no dates: everything else is an error that
// says where.
#pragma once

#include <gmpxx.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace toolformer::tools {

/// What bounds the work of one call, and with it the time: a hostile expression takes well below a
/// millisecond.
struct ArithmeticLimits {
  std::size_t bytes = 512;         ///< of the expression
  std::size_t nesting = 64;        ///< open parentheses
  std::size_t result_digits = 30;  ///< before the decimal point
};

struct ArithmeticError {
  std::string kind;     ///< "bad_input", "division_by_zero", "out_of_range"
  std::string message;  ///< names the byte, counted from 0
};

using ArithmeticResult = std::variant<mpq_class, ArithmeticError>;

ArithmeticResult evaluate(std::string_view expression, const ArithmeticLimits& limits = {});

/// Whether some expression that can be read may begin like this, by its characters and
/// parentheses alone: no for "48 / l", yes for "48 /". The last character may be incomplete.
bool may_begin_expression(std::string_view beginning, const ArithmeticLimits& limits = {});

/// An integer bare, anything else with exactly `decimals` places, halves away from zero: 35,
/// 0.29, 3.70, -1.50.
std::string print_rounded(const mpq_class& value, int decimals);

}  // namespace toolformer::tools
