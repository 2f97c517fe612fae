// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/answer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "toolformer/base/blank.h"
#include "toolformer/base/error.h"
#include "toolformer/eval/compared_words.h"
#include "toolformer/eval/written_number.h"
#include "toolformer/tools/contract/thought.h"

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
constexpr std::array<std::pair<std::string_view, Compare>, 4> kCompares = {{
    {"contains", Compare::kContains},
    {"equals", Compare::kEquals},
    {"begins", Compare::kBegins},
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
  return number ? number->plain : "";
}

std::string last_number(std::string_view text) {
  std::string last;
  for (auto number = find_number(text); number; number = find_number(text, number->end)) {
    last = number->plain;
  }
  return last;
}

/// Whether the output says what is no number (3 + 4, a name) as the gold answer does.
bool repeats(const AnswerRule& rule, std::string_view output, std::string_view gold) {
  return extract(rule, output) == extract(rule, rule.after + std::string(gold)) &&
         has_words(tools::without_thought(output), gold);
}

}  // namespace

Take parse_take(std::string_view name) {
  return parse(kTakes, name, "take");
}
Compare parse_compare(std::string_view name) {
  return parse(kCompares, name, "compare");
}

std::string extract(const AnswerRule& rule, std::string_view output) {
  output = tools::without_thought(output);
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

bool is_right(const AnswerRule& rule, std::string_view output,
              const std::vector<std::string>& gold) {
  const std::string answer = extract(rule, output);
  return std::any_of(gold.begin(), gold.end(), [&](const std::string& wanted) {
    if (rule.compare == Compare::kContains) return contains_words(answer, wanted);
    if (rule.compare == Compare::kBegins) return begins_with_words(answer, wanted);
    if (rule.compare == Compare::kEquals) return equals_words(answer, wanted);
    const auto number = stated_number(wanted);
    if (!number) return repeats(rule, output, wanted);
    const auto value = stated_number(answer);
    return value && agree(*value, *number, rule.tolerance);
  });
}

}  // namespace toolformer::eval
