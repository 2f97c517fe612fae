// SPDX-License-Identifier: Apache-2.0
// Numbers as people write them, in gold answers and in outputs alike: 1,234.50, -$5, −3 (any minus
// sign, or "minus 3"), .75, 15% or 15 percent, 1/2, 1 1/2, ½, 1.2e-05, 1.2 × 10^-5, 0,5, 1.234,50,
// digits of other scripts, thousands set apart by thin spaces or apostrophes. Numbers that belong
// together are read as one: the range 3-5, the date 2019-04-25, the time 12:30.
#pragma once

#include <gmpxx.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolformer::eval {

struct WrittenNumber {
  std::size_t begin = 0, end = 0;  ///< bytes, sign, currency and percent sign among them
  std::string plain;               ///< in ASCII without commas and currency; is read as the same
  std::vector<mpq_class> parts;    ///< one, unless several belong together; 15% is 15
  std::string joints;              ///< between the parts: "-" of 3-5
  std::size_t decimals = 0;        ///< of the last part
  bool is_percent = false;
};

/// The first one that begins at `from` or behind it.
std::optional<WrittenNumber> find_number(std::string_view text, std::size_t from = 0);

/// The number that a text states: the whole of it, or its first one, words around it ("9 apples").
/// None where an operator and another number follow (3 + 4, 3 - 5).
std::optional<WrittenNumber> stated_number(std::string_view text);

/// Whether all parts agree within the tolerance. A percentage also equals the number itself and its
/// hundredth: 15% is 15 and 0.15, but not 0.15%.
bool agree(const WrittenNumber& left, const WrittenNumber& right, double tolerance);

}  // namespace toolformer::eval
