// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/statements.h"

#include <algorithm>
#include <array>
#include <optional>

#include "toolformer/base/ascii.h"
#include "toolformer/eval/glyph.h"
#include "toolformer/eval/written_number.h"
#include "toolformer/tools/builtin/arithmetic.h"

namespace toolformer::eval {
namespace {

using base::is_letter;

bool begins_line(std::string_view text, std::size_t at) {
  return at == 0 || text[at - 1] == '\n' || text[at - 1] == '\r';
}

/// Whether an expression of tools/builtin/arithmetic.h may hold it.
bool is_arithmetic(const Glyph& glyph) {
  constexpr std::string_view kSigns = "+-*/()%$.,x ";
  return glyph.size > 0 && (is_digit_glyph(glyph) || is_blank_glyph(glyph) ||
                            kSigns.find(glyph.means) != std::string_view::npos);
}

std::size_t begin_of_arithmetic(std::string_view text, std::size_t end) {
  while (!begins_line(text, end) && is_arithmetic(glyph_before(text, end))) {
    end -= glyph_before(text, end).size;
  }
  return end;
}

std::size_t end_of_arithmetic(std::string_view text, std::size_t begin) {
  while (is_arithmetic(glyph_at(text, begin)) && !begins_line(text, begin + 1)) {
    begin += glyph_at(text, begin).size;
  }
  return begin;
}

std::optional<mpq_class> value_of(std::string_view written) {
  const tools::ArithmeticResult result = tools::evaluate(written);
  if (const auto* value = std::get_if<mpq_class>(&result)) return *value;
  return std::nullopt;
}

bool has_operator(std::string_view written) {
  for (std::size_t at = glyph_at(written, 0).size; at < written.size();) {
    const Glyph glyph = glyph_at(written, at);
    if (std::string_view("+-*/x").find(glyph.means) != std::string_view::npos) return true;
    at += glyph.size;
  }
  return false;
}

/// Blanks of one line.
std::size_t skip_spaces_before(std::string_view text, std::size_t at) {
  while (!begins_line(text, at) && is_blank_glyph(glyph_before(text, at))) {
    at -= glyph_before(text, at).size;
  }
  return at;
}

std::string_view word_before(std::string_view text, std::size_t end) {
  std::size_t begin = end;
  while (begin > 0 && is_letter(text[begin - 1])) --begin;
  return text.substr(begin, end - begin);
}

/// Whether the word that ends at text[end] takes what follows it into an expression with what
/// stands before.
bool is_operation(std::string_view text, std::size_t end) {
  constexpr std::array<std::string_view, 21> kWords = {
      "plus", "minus", "times",    "over",  "squared", "cubed",  "mod",
      "cdot", "div",   "sqrt",     "log",   "ln",      "exp",    "sin",
      "cos",  "tan",   "negative", "twice", "double",  "triple", "choose"};
  constexpr std::array<std::string_view, 6> kParts = {"half",   "percent", "cent",
                                                      "square", "cube",    "root"};
  const std::string_view word = word_before(text, end);
  if (std::find(kWords.begin(), kWords.end(), word) != kWords.end()) return true;
  const std::size_t place = skip_spaces_before(text, end - word.size());
  const std::string_view before = word_before(text, place);
  if (word == "by") return before == "divided" || before == "multiplied";
  if (word != "of") return false;
  const Glyph operand = glyph_before(text, place);
  return is_digit_glyph(operand) || operand.means == '%' || operand.means == kFraction ||
         std::find(kParts.begin(), kParts.end(), before) != kParts.end();
}

/// Whether the signs in text[begin, end) only adorn what follows: a list item's, or bold type.
bool is_adornment(std::string_view text, std::size_t begin, std::size_t end) {
  const std::string_view signs = text.substr(begin, end - begin);
  const Glyph first = glyph_at(signs, 0);
  const bool is_alone = signs.find_first_not_of(' ', first.size) == std::string::npos;
  if (begins_line(text, begin) && is_alone && signs.back() == ' ' && first.means != 'x')
    return true;
  const bool is_bold = signs.back() == '*' && signs.find_first_not_of("* ") == std::string::npos;
  const Glyph before = glyph_before(text, begin);
  const bool is_operand = is_digit_glyph(before) || before.means == ')' || before.means == '%' ||
                          word_before(text, begin).size() == 1;
  return is_bold && !is_operand;
}

/// Whether nothing that stands before text[at] belongs to the expression that begins there: what
/// cannot be read on its left (3^, 2x +, 1 000) must not be left out.
bool is_free_on_the_left(std::string_view text, std::size_t at) {
  if (begins_line(text, at)) return true;
  const Glyph direct = glyph_before(text, at);
  if (is_letter_glyph(direct) || std::string_view(".,^_)}").find(direct.means) != std::string::npos)
    return false;
  if (direct.means == ':' && is_digit_glyph(glyph_before(text, at - direct.size))) return false;
  std::size_t place = skip_spaces_before(text, at);
  if (begins_line(text, place)) return true;
  if (is_operation(text, place)) return false;
  Glyph before = glyph_before(text, place);
  if (is_digit_glyph(before) || before.means == kFraction || before.means == '%' ||
      before.means == kUnread)
    return false;
  const bool is_ratio =
      before.means == ':' && is_blank_glyph(glyph_before(text, place - before.size));
  if (is_ratio) return false;  // 10 : 5, as against "Step 1: 5"
  const std::size_t end = at;
  bool has_signs = false;
  while (!begins_line(text, place) &&
         std::string_view("+-*/^x").find(before.means) != std::string::npos) {
    if (before.means == 'x' && is_letter_glyph(glyph_before(text, place - before.size)))
      break;  // of a word
    has_signs = true;
    place = skip_spaces_before(text, place - before.size);
    before = glyph_before(text, place);
  }
  return !has_signs || is_adornment(text, place, end);
}

bool may_begin(std::string_view text, std::size_t at) {
  const Glyph glyph = glyph_at(text, at);
  const bool digit_follows = is_digit_glyph(glyph_at(text, at + glyph.size));
  const bool begins = is_digit_glyph(glyph) || glyph.means == '(' || glyph.means == '$' ||
                      ((glyph.means == '.' || glyph.means == '-') && digit_follows);
  return begins && is_free_on_the_left(text, at);
}

struct Side {
  std::size_t begin = 0, end = 0;
  mpq_class value;
};

std::optional<Side> left_side(std::string_view text, std::size_t equals) {
  const std::size_t end = skip_spaces_before(text, equals);
  for (std::size_t begin = begin_of_arithmetic(text, end); begin < end; ++begin) {
    if (!may_begin(text, begin)) continue;
    const std::string_view written = text.substr(begin, end - begin);
    if (!has_operator(written)) continue;
    if (const auto value = value_of(written)) return Side{begin, end, *value};
  }
  return std::nullopt;
}

/// Whether what stands behind a number makes it another one: 3^2, 3 + 1, 1 000, 2x, 1,5.
bool goes_on(std::string_view text, std::size_t end) {
  const Glyph direct = glyph_at(text, end);
  if (direct.size == 0) return false;
  if (direct.means == ',' && is_digit_glyph(glyph_at(text, end + direct.size))) return true;
  if (direct.means == kUnread) return true;
  const bool is_variable = direct.means == 'x' || text[end] == 'y' || text[end] == 'z';
  if (is_variable && !is_letter_glyph(glyph_at(text, end + 1))) return true;
  const std::size_t next = text.find_first_not_of(' ', end);
  if (next == std::string_view::npos) return false;
  std::size_t digits = 0;
  while (is_digit_glyph(glyph_at(text, next + digits))) ++digits;
  if (digits == 3) return true;
  const Glyph sign = glyph_at(text, next);
  if (sign.size == 0 || std::string_view("+-*/x^").find(sign.means) == std::string::npos)
    return false;
  const std::size_t operand = std::min(text.find_first_not_of(" *", next + sign.size), text.size());
  const Glyph behind = glyph_at(text, operand);
  return is_digit_glyph(behind) || behind.means == '(' || behind.means == '$';
}

/// The number behind "=", when it stands alone there.
std::optional<WrittenNumber> right_number(std::string_view text, std::size_t equals) {
  std::size_t at = equals + 1;
  while (is_blank_glyph(glyph_at(text, at))) at += glyph_at(text, at).size;
  auto number = find_number(text, equals + 1);
  if (!number || number->begin > at || number->parts.size() > 1) return std::nullopt;
  if (goes_on(text, number->end)) return std::nullopt;
  return number;
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

/// 15% is 0.15, and 15 behind a sum in percent.
bool is_true(const mpq_class& left, const WrittenNumber& right) {
  const mpq_class& value = right.parts.front();
  if (equal_as_written(left, value, right.decimals)) return true;
  return right.is_percent && equal_as_written(left * 100, value, right.decimals);
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
      statement.text = std::string(text.substr(left->begin, number->end - left->begin));
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
