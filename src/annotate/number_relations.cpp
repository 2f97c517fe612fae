// SPDX-License-Identifier: Apache-2.0
#include "toolformer/annotate/number_relations.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "toolformer/base/ascii.h"
#include "toolformer/base/blank.h"

namespace toolformer::annotate {
namespace {

using base::is_digit;

std::size_t count_digits(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && is_digit(text[end])) ++end;
  return end - at;
}

/// The number that begins at text[at], a digit; advances `at` behind it.
Number read_number(std::string_view text, std::size_t& at) {
  std::size_t digits = count_digits(text, at);
  std::string plain(text.substr(at, digits));
  at += digits;
  while (digits <= 3 && at < text.size() && text[at] == ',' && count_digits(text, at + 1) == 3) {
    plain += text.substr(at + 1, 3);
    at += 4;
  }
  Number number;
  if (at + 1 < text.size() && text[at] == '.' && is_digit(text[at + 1])) {
    const std::size_t decimals = count_digits(text, at + 1);
    plain += text.substr(at, decimals + 1);
    number.decimals = static_cast<int>(std::min<std::size_t>(decimals, 15));
    at += decimals + 1;
  }
  plain.resize(std::min<std::size_t>(plain.size(), 300));  // beyond, a double holds nothing anyway
  number.value = std::stod(plain);
  return number;
}

/// Whether `result` shows x at its own precision.
bool shows(const Number& result, double x) {
  const double exact = 1e-9 * std::max(1.0, std::abs(x));
  const double rounding = result.decimals > 0 ? 0.5 * std::pow(10.0, -result.decimals) : 0.0;
  return std::abs(result.value - x) <= std::max(exact, rounding);
}

bool is_result(const Number& result, const Number& a, const Number& b) {
  return shows(result, a.value + b.value) || shows(result, a.value * b.value) ||
         shows(result, a.value - b.value) || shows(result, b.value - a.value) ||
         (b.value != 0 && shows(result, a.value / b.value)) ||
         (a.value != 0 && shows(result, b.value / a.value));
}

}  // namespace

std::vector<Number> find_numbers(std::string_view text) {
  std::vector<Number> numbers;
  std::size_t word = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (is_digit(text[at])) {
      numbers.push_back(read_number(text, at));
      numbers.back().word = word;
      continue;
    }
    if (base::is_blank(text[at]) && at > 0 && !base::is_blank(text[at - 1])) ++word;
    ++at;
  }
  return numbers;
}

bool has_related_numbers(const std::vector<Number>& numbers, std::size_t window) {
  // At most so many numbers of one window are compared: a table of thousands would take cubic time.
  constexpr std::size_t kMost = 60;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::size_t last = std::min(numbers.size(), i + kMost);
    for (std::size_t j = i + 1; j < last; ++j) {
      for (std::size_t k = j + 1; k < last && numbers[k].word - numbers[i].word < window; ++k) {
        const Number &a = numbers[i], &b = numbers[j], &c = numbers[k];
        if (is_result(c, a, b) || is_result(b, a, c) || is_result(a, b, c)) return true;
      }
    }
  }
  return false;
}

bool announces_result(std::string_view text) {
  constexpr std::array<std::string_view, 5> kSigns = {"=", "equals", "equal to", "total of",
                                                      "average of"};
  constexpr std::array<std::string_view, 4> kCurrencies = {"$", "€", "£", "¥"};
  for (const std::string_view sign : kSigns) {
    for (std::size_t at = text.find(sign); at != std::string_view::npos;
         at = text.find(sign, at + 1)) {
      std::string_view rest = text.substr(at + sign.size());
      rest = base::trim_start(rest);
      for (const std::string_view currency : kCurrencies) {
        if (rest.starts_with(currency)) rest.remove_prefix(currency.size());
      }
      rest = base::trim_start(rest);
      if (!rest.empty() && is_digit(rest.front())) return true;
    }
  }
  return false;
}

}  // namespace toolformer::annotate
