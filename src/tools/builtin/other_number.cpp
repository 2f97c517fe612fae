// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/builtin/other_number.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "toolformer/base/ascii.h"

namespace toolformer::tools {
namespace {

constexpr std::size_t kMostDigits = 15;
constexpr std::int64_t kLeastReach = 5;

/// Digits with at most one point between them, as an integer of the last decimal place.
struct Number {
  std::size_t begin = 0, end = 0;
  std::int64_t value = 0;
  std::size_t digits = 0, decimals = 0;
};

std::optional<Number> first_number(std::string_view text) {
  const auto first = std::find_if(text.begin(), text.end(), base::is_digit);
  if (first == text.end()) return std::nullopt;
  Number number;
  number.begin = number.end = static_cast<std::size_t>(first - text.begin());
  bool in_decimals = false;
  for (; number.end < text.size(); ++number.end) {
    const char c = text[number.end];
    const bool is_point = c == '.' && !in_decimals && number.end + 1 < text.size() &&
                          base::is_digit(text[number.end + 1]);
    if (!is_point && !base::is_digit(c)) break;
    in_decimals = in_decimals || is_point;
    if (is_point) continue;
    if (++number.digits > kMostDigits) return std::nullopt;
    number.value = number.value * 10 + (c - '0');
    number.decimals += in_decimals ? 1 : 0;
  }
  return number;
}

}  // namespace

std::optional<std::string> other_number(std::string_view text, const base::KeyedRandom& draw) {
  const std::optional<Number> number = first_number(text);
  if (!number) return std::nullopt;
  const std::int64_t reach = std::max(kLeastReach, number->value / 2);
  const std::int64_t lowest = std::max<std::int64_t>(0, number->value - reach);
  const std::int64_t choices = number->value + reach - lowest;  // without the number itself
  std::int64_t other =
      lowest + static_cast<std::int64_t>(draw.uniform(0) * static_cast<double>(choices));
  if (other >= number->value) ++other;
  std::string digits = fmt::format("{:0{}}", other, number->decimals + 1);
  if (number->decimals > 0) digits.insert(digits.size() - number->decimals, 1, '.');
  return fmt::format("{}{}{}", text.substr(0, number->begin), digits, text.substr(number->end));
}

}  // namespace toolformer::tools
