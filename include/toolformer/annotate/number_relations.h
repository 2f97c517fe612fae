// SPDX-License-Identifier: Apache-2.0
// Signs that a text calculates: numbers that are results of other numbers, and words that announce
// a result.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace toolformer::annotate {

struct Number {
  double value = 0;
  int decimals = 0;      ///< digits behind the point: a result is compared at this precision
  std::size_t word = 0;  ///< number of the whitespace-separated word it stands in, counted from 0
};

/// Unsigned decimal numbers in order; commas between groups of three digits are part of a number.
std::vector<Number> find_numbers(std::string_view text);

/// Whether one number is the sum, difference, product or quotient of two others, all three within
/// `window` words.
bool has_related_numbers(const std::vector<Number>& numbers, std::size_t window);

/// "=", "equals", "equal to", "total of" or "average of", then a number (a currency sign may stand
/// between).
bool announces_result(std::string_view text);

}  // namespace toolformer::annotate
