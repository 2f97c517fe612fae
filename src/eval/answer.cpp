// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/answer.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <utility>

#include "toolformer/base/ascii.h"
#include "toolformer/base/blank.h"
#include "toolformer/base/error.h"
#include "toolformer/tools/builtin/arithmetic.h"

namespace toolformer::eval {
namespace {

constexpr std::array<std::pair<std::string_view, Take>, 6> kTakes = {{
    {"whole", Take::kWhole},
    {"first-line", Take::kFirstLine},
    {"first-words", Take::kFirstWords},
    {"first-number", Take::kFirstNumber},
    {"equation-number", Take::kEquationNumber},
    {"last-number", Take::kLastNumber},
}};
constexpr std::array<std::pair<std::string_view, Compare>, 3> kCompares = {{
    {"contains", Compare::kContains},
    {"equals", Compare::kEquals},
    {"number", Compare::kNumber},
}};

template <class Table>
auto parse(const Table& table, std::string_view name, const char* key) {
  std::string known;
  for (const auto& [word, value] : table) {
    if (word == name) return value;
    known += (known.empty() ? "" : ", ") + std::string(word);
  }
  base::throw_error<base::UsageError>("{} must be one of {}; got \"{}\"", key, known, name);
}

using base::is_digit;

bool is_letter(char c) {
  return base::is_letter(c) || static_cast<unsigned char>(c) >= 0x80;
}

std::string_view first_words(std::string_view text, std::size_t count) {
  std::size_t at = 0, end = 0;
  for (std::size_t word = 0; word < count; ++word) {
    while (at < text.size() && base::is_blank(text[at])) ++at;
    if (at == text.size()) break;
    while (at < text.size() && !base::is_blank(text[at])) ++at;
    end = at;
  }
  return base::trim_start(text.substr(0, end));
}

std::string number_or_nothing(std::string_view text, std::size_t from) {
  const auto number = find_number(text, from);
  return number ? number->digits : "";
}

std::string last_number(std::string_view text) {
  std::string last;
  for (auto number = find_number(text); number; number = find_number(text, number->end)) {
    last = number->digits;
  }
  return last;
}

std::optional<mpq_class> value_of(std::string_view written) {
  const tools::ArithmeticResult result = tools::evaluate(base::trim(written));
  if (const auto* value = std::get_if<mpq_class>(&result)) return *value;
  return std::nullopt;
}

/// Case folded and composed; bytes that are no UTF-8 leave the text as it is.
std::string folded(std::string_view text) {
  utf8proc_uint8_t* mapped = nullptr;
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPAT |
                                                      UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                 static_cast<utf8proc_ssize_t>(text.size()), &mapped, options);
  if (size < 0) return std::string(text);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
  return {reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(size)};
}

bool separates_words(utf8proc_int32_t character) {
  switch (utf8proc_category(character)) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
      return true;
    default:
      return false;
  }
}

bool is_punctuation(utf8proc_int32_t character) {
  const utf8proc_category_t category = utf8proc_category(character);
  return category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_SO;
}

}  // namespace

Take parse_take(std::string_view name) {
  return parse(kTakes, name, "take");
}
Compare parse_compare(std::string_view name) {
  return parse(kCompares, name, "compare");
}

std::optional<WrittenNumber> find_number(std::string_view text, std::size_t from) {
  std::size_t at = from;
  while (at < text.size() && !is_digit(text[at])) ++at;
  if (at == text.size()) return std::nullopt;
  WrittenNumber number{.begin = at, .end = at, .digits = {}};
  const auto digits = [&] {
    while (number.end < text.size() && is_digit(text[number.end]))
      number.digits += text[number.end++];
  };
  digits();
  const auto group_follows = [&] {
    if (number.end + 3 >= text.size() || text[number.end] != ',') return false;
    for (std::size_t i = 1; i <= 3; ++i) {
      if (!is_digit(text[number.end + i])) return false;
    }
    return number.end + 4 >= text.size() || !is_digit(text[number.end + 4]);
  };
  if (number.digits.size() <= 3) {
    while (group_follows()) {
      ++number.end;
      digits();
    }
  }
  if (number.end + 1 < text.size() && text[number.end] == '.' && is_digit(text[number.end + 1])) {
    number.digits += text[number.end++];
    digits();
  } else if (at > from && text[at - 1] == '.' && (at < 2 || !is_digit(text[at - 2]))) {
    number.digits = "0." + number.digits;
    --number.begin;
  }
  std::size_t sign = number.begin;
  if (sign > from && text[sign - 1] == '$') --sign;
  if (sign > from && text[sign - 1] == '-' &&
      (sign < 2 || (!is_digit(text[sign - 2]) && !is_letter(text[sign - 2])))) {
    number.begin = sign - 1;
    number.digits = "-" + number.digits;
  }
  return number;
}

std::string extract(const AnswerRule& rule, std::string_view output) {
  if (!rule.after.empty()) {
    const std::size_t place = output.rfind(rule.after);
    if (place == std::string_view::npos) return "";
    output.remove_prefix(place + rule.after.size());
  }
  switch (rule.take) {
    case Take::kFirstLine:
      output = base::trim_start(output);
      return std::string(base::trim_end(output.substr(0, output.find('\n'))));
    case Take::kFirstWords:
      return std::string(first_words(output, rule.words));
    case Take::kFirstNumber:
      return number_or_nothing(output, 0);
    case Take::kEquationNumber: {
      const std::size_t equals = output.find('=');
      return number_or_nothing(output, equals == std::string_view::npos ? 0 : equals + 1);
    }
    case Take::kLastNumber:
      return last_number(output);
    default:
      return std::string(base::trim(output));
  }
}

std::vector<std::string> compared_words(std::string_view text) {
  const std::string mapped = folded(text);
  std::vector<std::string> words;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty() && word != "a" && word != "an" && word != "the") words.push_back(word);
    word.clear();
  };
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(mapped.data());
  for (std::size_t at = 0; at < mapped.size();) {
    utf8proc_int32_t character = 0;
    auto size =
        utf8proc_iterate(bytes + at, static_cast<utf8proc_ssize_t>(mapped.size() - at), &character);
    if (size < 1) {
      character = static_cast<unsigned char>(mapped[at]);
      size = 1;
    }
    if (separates_words(character)) {
      end_word();
    } else if (!is_punctuation(character)) {
      word.append(mapped, at, static_cast<std::size_t>(size));
    }
    at += static_cast<std::size_t>(size);
  }
  end_word();
  return words;
}

bool is_right(const AnswerRule& rule, std::string_view answer,
              const std::vector<std::string>& gold) {
  if (rule.compare == Compare::kNumber) {
    const auto value = value_of(answer);
    if (!value) return false;
    return std::any_of(gold.begin(), gold.end(), [&](const std::string& text) {
      auto wanted = value_of(text);
      if (!wanted) wanted = value_of(number_or_nothing(text, 0));  // "9 (apples)"
      return wanted && abs(*value - *wanted) <= mpq_class(rule.tolerance);
    });
  }
  const std::vector<std::string> words = compared_words(answer);
  return std::any_of(gold.begin(), gold.end(), [&](const std::string& text) {
    const std::vector<std::string> wanted = compared_words(text);
    if (wanted.empty()) return false;
    if (rule.compare == Compare::kEquals) return words == wanted;
    return std::search(words.begin(), words.end(), wanted.begin(), wanted.end()) != words.end();
  });
}

}  // namespace toolformer::eval
