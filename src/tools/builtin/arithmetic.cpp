// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/builtin/arithmetic.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "toolformer/base/ascii.h"
#include "toolformer/base/blank.h"
#include "toolformer/base/utf8.h"

namespace toolformer::tools {
namespace {

constexpr std::size_t kQuotedBytes = 24;

using base::is_digit;

bool is_letter(char c) {
  return base::is_letter(c) || c == '_';
}

/// Characters with the same meaning as an ASCII operator.
struct Spelling {
  std::string_view text;
  char means;
};
constexpr Spelling kOperators[] = {
    {"+", '+'},      {"-", '-'},      {"*", '*'},      {"/", '/'}, {"\u00D7", '*'}, {"\u00B7", '*'},
    {"\u00F7", '/'}, {"\u2212", '-'}, {"\u2013", '-'}, {"x", '*'}, {"X", '*'}};
constexpr std::string_view kBlanks[] = {" ", "\t", "\n", "\r", "\u00A0", "\u202F"};
constexpr std::string_view kCurrencies[] = {"$", "\u20AC", "\u00A3", "\u00A5"};

/// A recursive-descent parser that computes as it reads. The first error wins; its functions then
/// return at once.
class Parser {
 public:
  Parser(std::string_view text, const ArithmeticLimits& limits) : text_(text), limits_(limits) {}

  ArithmeticResult parse() {
    mpq_class value = sum();
    if (!failed() && at_ < text_.size()) unexpected("an operator");
    if (failed()) return std::move(error_);
    return value;
  }

 private:
  bool failed() const { return !error_.kind.empty(); }
  mpq_class fail(const char* kind, std::string message) {
    if (!failed()) error_ = {kind, std::move(message)};
    return 0;
  }
  mpq_class bad(std::string message) { return fail("bad_input", std::move(message)); }

  std::string_view rest() const { return text_.substr(at_); }
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool take(std::string_view expected) {
    if (!rest().starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }
  void skip_blanks() {
    for (bool again = true; again;) {
      again = false;
      for (const std::string_view blank : kBlanks) again = take(blank) || again;
    }
  }

  /// The operator here, as its ASCII form, or 0; `size` is how many bytes it has.
  char operator_here(std::size_t& size) {
    skip_blanks();
    for (const Spelling& spelling : kOperators) {
      if (!rest().starts_with(spelling.text)) continue;
      if (is_letter(peek()) && !multiplies()) return 0;
      size = spelling.text.size();
      return spelling.means;
    }
    return 0;
  }

  /// Whether the x here stands between two values. Before a sign it is a variable, as in 2x + 3,
  /// unless the sign is written as that of a number: 5 x -3.
  bool multiplies() {
    const std::size_t place = at_++;
    const bool blank_before = std::any_of(
        std::begin(kBlanks), std::end(kBlanks),
        [&](std::string_view blank) { return text_.substr(0, place).ends_with(blank); });
    skip_blanks();
    const bool blank_behind = at_ > place + 1;
    std::size_t size = 0;
    for (const std::string_view sign : {"+", "-", "\u2212", "\u2013"}) {
      if (rest().starts_with(sign)) size = sign.size();
    }
    at_ += size;
    const char first = peek();
    const bool value_follows = is_digit(first) || first == '.' || first == '(' || is_currency();
    at_ = place;
    return value_follows && (size == 0 || (blank_before && blank_behind));
  }

  bool is_currency() const {
    return std::any_of(std::begin(kCurrencies), std::end(kCurrencies),
                       [this](std::string_view sign) { return rest().starts_with(sign); });
  }

  /// A run of letters, or one character: what a message quotes.
  std::string quoted() const {
    std::size_t end = at_;
    while (end < text_.size() && end - at_ < kQuotedBytes && is_letter(text_[end])) ++end;
    if (end == at_) end += std::max<std::size_t>(1, base::utf8_length(text_, at_));
    return std::string(text_.substr(at_, end - at_));
  }

  mpq_class unexpected(const char* wanted) {
    if (at_ >= text_.size())
      return bad(fmt::format("{} is missing at the end (byte {})", wanted, at_));
    if (is_letter(peek())) return bad(fmt::format("not a number: {} (byte {})", quoted(), at_));
    return bad(fmt::format("{} expected at byte {}, got `{}`", wanted, at_, quoted()));
  }

  mpq_class sum() {
    mpq_class value = product();
    for (std::size_t size = 0; !failed();) {
      const char op = operator_here(size);
      if (op != '+' && op != '-') break;
      at_ += size;
      const mpq_class right = product();
      if (op == '+') {
        value += right;
      } else {
        value -= right;
      }
    }
    return value;
  }

  mpq_class product() {
    mpq_class value = signed_value();
    for (std::size_t size = 0; !failed();) {
      const char op = operator_here(size);
      if (op != '*' && op != '/') break;
      const std::size_t place = at_;
      at_ += size;
      if (text_[place] == peek() && (op == '*' || op == '/')) return unexpected("a number");
      const mpq_class right = signed_value();
      if (failed()) break;
      if (op == '*') {
        value *= right;
      } else if (right == 0) {
        return fail("division_by_zero", fmt::format("division by zero at byte {}", place));
      } else {
        value /= right;
      }
    }
    return value;
  }

  mpq_class signed_value() {
    bool negative = false;
    for (std::size_t size = 0;;) {
      const char op = operator_here(size);
      if (op != '+' && op != '-') break;
      negative = negative != (op == '-');
      at_ += size;
    }
    mpq_class value = this->value();
    for (skip_blanks(); !failed() && take("%"); skip_blanks()) value /= 100;
    return negative ? mpq_class(-value) : value;
  }

  mpq_class value() {
    skip_blanks();
    if (peek() != '(') return number();
    const std::size_t place = at_++;
    if (++nesting_ > limits_.nesting) {
      return bad(
          fmt::format("more than {} parentheses are open at byte {}", limits_.nesting, place));
    }
    mpq_class inner = sum();
    --nesting_;
    if (failed()) return 0;
    skip_blanks();
    if (peek() == ')') {
      ++at_;
      return inner;
    }
    if (at_ < text_.size()) return unexpected("an operator or )");
    return bad(fmt::format("the ( at byte {} is not closed", place));
  }

  void currency() {
    for (const std::string_view sign : kCurrencies) {
      const std::size_t place = at_;
      if (!take(sign)) continue;
      if (!currency_.empty() && currency_ != sign) {
        bad(fmt::format("two currencies: {} after {} (byte {})", sign, currency_, place));
      }
      currency_ = sign;
      skip_blanks();
      return;
    }
  }

  std::size_t digits(std::string& out) {
    const std::size_t begin = at_;
    while (is_digit(peek())) out += text_[at_++];
    return at_ - begin;
  }

  mpq_class number() {
    currency();
    if (failed()) return 0;
    const std::size_t place = at_;
    std::string numerator;
    std::size_t group = digits(numerator);
    const std::size_t first_group = group;
    if (first_group > 0 && peek() == ',' && numerator.front() == '0') {
      return bad(fmt::format(
          "a comma behind {} separates no thousands; decimals are written 0.5 (number at byte {})",
          numerator, place));
    }
    while (group > 0 && peek() == ',') {
      ++at_;
      group = digits(numerator);
      if (first_group > 3 || group != 3) {
        return bad(fmt::format(
            "commas separate groups of three digits, as in 1,234 (number at byte {})", place));
      }
    }
    std::size_t decimals = 0;
    if (peek() == '.') {
      ++at_;
      decimals = digits(numerator);
    }
    if (numerator.empty()) {
      at_ = place;
      return unexpected("a number");
    }
    if (peek() == ',' || peek() == '.' || is_digit(peek())) return unexpected("an operator");
    if (numerator == "0" && (peek() == 'x' || peek() == 'X')) {
      return bad(fmt::format("hexadecimal numbers are not read (byte {})", place));
    }
    mpz_class scale;
    mpz_ui_pow_ui(scale.get_mpz_t(), 10, decimals);
    mpq_class value(mpz_class(numerator, 10), scale);
    value.canonicalize();
    return value;
  }

  std::string_view text_;
  const ArithmeticLimits& limits_;
  std::size_t at_ = 0;
  std::size_t nesting_ = 0;
  std::string_view currency_;
  ArithmeticError error_;
};

mpz_class power_of_ten(std::size_t exponent) {
  mpz_class out;
  mpz_ui_pow_ui(out.get_mpz_t(), 10, exponent);
  return out;
}

/// Bytes of the first character when an expression may hold it, 0 when none may. What is cut off in
/// the middle of a character counts as that character.
std::size_t size_of_readable(std::string_view text) {
  if (is_digit(text.front()) || std::string_view(".,%()").find(text.front()) != std::string::npos)
    return 1;
  const auto begins = [text](std::string_view spelling) {
    return text.starts_with(spelling) || spelling.starts_with(text);
  };
  for (const Spelling& spelling : kOperators)
    if (begins(spelling.text)) return spelling.text.size();
  for (const std::string_view blank : kBlanks)
    if (begins(blank)) return blank.size();
  for (const std::string_view currency : kCurrencies)
    if (begins(currency)) return currency.size();
  return 0;
}

/// Such as 2019-04-25.
bool is_date(std::string_view text) {
  constexpr std::string_view kPattern = "dddd-dd-dd";
  text = base::trim(text);
  return text.size() == kPattern.size() &&
         std::equal(text.begin(), text.end(), kPattern.begin(),
                    [](char c, char wanted) { return wanted == 'd' ? is_digit(c) : c == wanted; });
}

}  // namespace

bool may_begin_expression(std::string_view beginning, const ArithmeticLimits& limits) {
  if (beginning.size() > limits.bytes) return false;
  std::size_t open = 0;
  for (std::size_t at = 0; at < beginning.size();) {
    const std::string_view rest = beginning.substr(at);
    if (rest.front() == ')' && open == 0) return false;
    if (rest.front() == '(' && open == limits.nesting) return false;
    const std::size_t size = size_of_readable(rest);
    if (size == 0) return false;
    open += rest.front() == '(' ? 1 : 0;
    open -= rest.front() == ')' ? 1 : 0;
    at += std::min(size, rest.size());
  }
  return true;
}

ArithmeticResult evaluate(std::string_view expression, const ArithmeticLimits& limits) {
  if (expression.size() > limits.bytes) {
    return ArithmeticError{"bad_input", fmt::format("{} bytes are more than the {} that are read",
                                                    expression.size(), limits.bytes)};
  }
  if (const auto at = base::find_invalid_utf8(expression)) {
    return ArithmeticError{"bad_input", fmt::format("byte {} is not UTF-8", *at)};
  }
  if (is_date(expression)) {
    return ArithmeticError{"bad_input", "a date is no subtraction; write blanks around each -"};
  }
  ArithmeticResult result = Parser(expression, limits).parse();
  if (const auto* value = std::get_if<mpq_class>(&result);
      value != nullptr && abs(*value) >= power_of_ten(limits.result_digits)) {
    return ArithmeticError{
        "out_of_range", fmt::format("the result has more than {} digits before the decimal point",
                                    limits.result_digits)};
  }
  return result;
}

std::string print_rounded(const mpq_class& value, int decimals) {
  if (value.get_den() == 1) return value.get_num().get_str();
  const auto places = static_cast<std::size_t>(decimals);
  const mpz_class& den = value.get_den();
  const mpz_class twice = abs(value.get_num()) * power_of_ten(places) * 2;
  const mpz_class rounded = (twice + den) / (2 * den);
  std::string digits = rounded.get_str();
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  if (places > 0) digits.insert(digits.size() - places, 1, '.');
  return (value < 0 && rounded != 0 ? "-" : "") + digits;
}

}  // namespace toolformer::tools
