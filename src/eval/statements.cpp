// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/statements.h"

#include <array>
#include <optional>

#include "toolformer/base/ascii.h"
#include "toolformer/eval/answer.h"
#include "toolformer/tools/builtin/arithmetic.h"

namespace toolformer::eval {
namespace {

// Operators and currency signs of tools/builtin/arithmetic.h that take more than one byte.
constexpr std::array<std::string_view, 7> kWideSigns = {"×", "·", "÷", "−", "–", "€", "£"};
constexpr std::string_view kSigns = "+-*/()%$.,x ";
constexpr std::string_view kWideOperators = "×·÷−–";

using base::is_digit;
using base::is_letter;

/// Bytes of the arithmetic character that begins at text[at]; 0: none does.
std::size_t sign_at(std::string_view text, std::size_t at) {
  if (is_digit(text[at]) || kSigns.find(text[at]) != std::string_view::npos) return 1;
  for (const std::string_view sign : kWideSigns) {
    if (text.substr(at).starts_with(sign)) return sign.size();
  }
  return 0;
}

std::size_t begin_of_arithmetic(std::string_view text, std::size_t end) {
  std::size_t begin = end;
  for (;;) {
    std::size_t step = 0;
    for (std::size_t size = 1; size <= 3 && size <= begin; ++size) {
      if (sign_at(text, begin - size) == size) step = size;
    }
    if (step == 0) return begin;
    begin -= step;
  }
}

std::size_t end_of_arithmetic(std::string_view text, std::size_t begin) {
  while (begin < text.size()) {
    const std::size_t size = sign_at(text, begin);
    if (size == 0) break;
    begin += size;
  }
  return begin;
}

std::optional<mpq_class> value_of(std::string_view written) {
  const tools::ArithmeticResult result = tools::evaluate(written);
  if (const auto* value = std::get_if<mpq_class>(&result)) return *value;
  return std::nullopt;
}

bool has_operator(std::string_view written) {
  for (std::size_t i = 1; i < written.size(); ++i) {
    if (std::string_view("+-*/x").find(written[i]) != std::string_view::npos) return true;
    for (std::size_t sign = 0; sign < kWideOperators.size();
         sign += sign_at(kWideOperators, sign)) {
      const std::size_t size = sign_at(kWideOperators, sign);
      if (written.substr(i).starts_with(kWideOperators.substr(sign, size))) return true;
    }
  }
  return false;
}

/// Whether arithmetic may begin at text[at]: not inside a number or word, no sign that stands
/// alone (a dash before a list item).
bool may_begin(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (at > 0) {
    const char before = text[at - 1];
    if (is_digit(before) || is_letter(before) || before == '.' || before == ',') return false;
  }
  if (is_digit(c) || c == '(' || c == '$') return true;
  const bool digit_follows = at + 1 < text.size() && is_digit(text[at + 1]);
  if (c == '.' || c == '-') return digit_follows;
  return sign_at(text, at) > 1 && sign_at(kWideOperators, 0) > 0 &&
         (text.substr(at).starts_with("€") || text.substr(at).starts_with("£"));
}

struct Side {
  std::size_t begin = 0, end = 0;
  mpq_class value;
};

std::optional<Side> left_side(std::string_view text, std::size_t equals) {
  std::size_t end = equals;
  while (end > 0 && text[end - 1] == ' ') --end;
  for (std::size_t begin = begin_of_arithmetic(text, end); begin < end; ++begin) {
    if (!may_begin(text, begin)) continue;
    const std::string_view written = text.substr(begin, end - begin);
    if (!has_operator(written)) continue;
    if (const auto value = value_of(written)) return Side{begin, end, *value};
  }
  return std::nullopt;
}

/// A number behind "=" and what it may mean: 15% is 0.15, and 15 behind a sum in percent.
struct RightNumber {
  std::size_t end = 0;
  mpq_class value;
  std::size_t decimals = 0;
  bool percent = false;
};

std::optional<RightNumber> right_number(std::string_view text, std::size_t equals) {
  std::size_t at = equals + 1;
  while (at < text.size() && (text[at] == ' ' || text[at] == '$')) ++at;
  for (const std::string_view sign : {"€", "£"}) {
    if (text.substr(at).starts_with(sign)) at += sign.size();
  }
  const auto number = find_number(text, equals + 1);
  if (!number || number->begin > at) return std::nullopt;
  const auto value = value_of(number->digits);
  if (!value) return std::nullopt;
  const std::size_t point = number->digits.find('.');
  return RightNumber{.end = number->end,
                     .value = *value,
                     .decimals = point == std::string::npos ? 0 : number->digits.size() - point - 1,
                     .percent = number->end < text.size() && text[number->end] == '%'};
}

/// Whether `written`, with so many decimals, is `exact` or what rounding makes of it.
bool equal_as_written(const mpq_class& exact, const mpq_class& written, std::size_t decimals) {
  if (exact == written) return true;
  if (decimals == 0) return false;
  mpz_class scale;
  mpz_ui_pow_ui(scale.get_mpz_t(), 10, decimals);
  const mpq_class distance = abs(exact - written) * scale * 2;
  return distance < 1 || (distance == 1 && abs(written) > abs(exact));
}

bool is_true(const mpq_class& left, const RightNumber& right) {
  if (equal_as_written(left, right.value, right.decimals)) return true;
  return right.percent && equal_as_written(left * 100, right.value, right.decimals);
}

}  // namespace

std::vector<Statement> find_equations(std::string_view text) {
  std::vector<Statement> found;
  for (std::size_t at = text.find('='); at != std::string_view::npos; at = text.find('=', at + 1)) {
    const auto left = left_side(text, at);
    if (!left) continue;
    Statement statement;
    // In a chain the right side is arithmetic when the next "=" ends it.
    const std::size_t end = end_of_arithmetic(text, at + 1);
    const bool chained = end < text.size() && text[end] == '=';
    const auto number = right_number(text, at);
    const auto chain =
        chained ? value_of(text.substr(at + 1, end - at - 1)) : std::optional<mpq_class>();
    if (chain && has_operator(text.substr(at + 1, end - at - 1))) {
      const std::size_t last = text.find_last_not_of(' ', end - 1) + 1;
      statement.is_true = left->value == *chain;
      statement.text = std::string(text.substr(left->begin, last - left->begin));
    } else if (number) {
      statement.is_true = is_true(left->value, *number);
      const std::size_t last = number->end + (number->percent ? 1 : 0);
      statement.text = std::string(text.substr(left->begin, last - left->begin));
    } else {
      continue;
    }
    found.push_back(std::move(statement));
  }
  return found;
}

std::vector<Statement> find_statements(std::string_view text) {
  std::vector<Statement> found = find_equations(text);
  for (Statement& statement : find_dates(text)) found.push_back(std::move(statement));
  return found;
}

void StatementCounts::add(const std::vector<Statement>& statements) {
  for (const Statement& statement : statements) {
    const bool equation = statement.kind == Statement::Kind::kEquation;
    ++(equation ? equations : dates);
    if (statement.is_true) ++(equation ? true_equations : true_dates);
  }
}

}  // namespace toolformer::eval
