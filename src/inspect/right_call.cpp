// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/right_call.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <set>

#include "toolformer/base/ascii.h"
#include "toolformer/inspect/lines.h"

namespace toolformer::inspect {
namespace {

constexpr std::size_t kWords = 8;      // behind the call
constexpr std::size_t kSamePlace = 8;  // bytes: a blank, a "$" or "= " may stand between
constexpr std::size_t kShortestWord = 3;

/// Words in lower case, of numbers the comma between digits left out ("1,200").
std::vector<std::string> words_of(std::string_view text, std::size_t most) {
  std::vector<std::string> words;
  std::string word;
  const auto is_in_number = [&](std::size_t i) {
    return (text[i] == '.' || text[i] == ',') && !word.empty() && base::is_digit(word.back()) &&
           i + 1 < text.size() && base::is_digit(text[i + 1]);
  };
  for (std::size_t i = 0; i < text.size() && words.size() < most; ++i) {
    if (base::is_word_byte(text[i])) {
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(text[i])));
    } else if (is_in_number(i)) {
      if (text[i] == '.') word += '.';
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  if (!word.empty() && words.size() < most) words.push_back(word);
  return words;
}

std::optional<double> number_of(std::string_view text) {
  std::string digits;
  for (const char c : text)
    if (c != ',') digits += c;
  if (digits.empty()) return std::nullopt;
  char* end = nullptr;
  const double value = std::strtod(digits.c_str(), &end);
  return *end == '\0' && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

bool is_same(double a, double b) {
  return std::abs(a - b) < 0.0051;  // as written with two decimals
}

bool is_telling(const std::string& word) {
  return word.size() >= kShortestWord || base::is_digit(word.front());
}

bool stands_in(std::string_view text, const std::string& word) {
  const std::vector<std::string> words = words_of(text, text.size());
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

std::optional<bool> result_follows(const record::Call& call, std::string_view text) {
  if (!call.result || call.at > text.size()) return std::nullopt;
  const std::vector<std::string> next = words_of(text.substr(call.at, 400), kWords);
  if (const auto made = number_of(*call.result)) {
    for (const std::string& word : next)
      if (const auto said = number_of(word)) return is_same(std::abs(*made), *said);
    return false;
  }
  constexpr std::size_t kAll = 1000;
  const std::vector<std::string> result = words_of(*call.result, kAll);
  std::set<std::string> shared;
  for (const std::string& other : call.others)
    for (const std::string& word : words_of(other, kAll)) shared.insert(word);
  return std::any_of(next.begin(), next.end(), [&](const std::string& word) {
    return is_telling(word) && !shared.contains(word) &&
           std::find(result.begin(), result.end(), word) != result.end() &&
           !stands_in(text.substr(0, call.at), word);
  });
}

namespace {

bool is_same_call(const record::Call& gold, const record::Call& call) {
  const std::size_t apart = std::max(gold.at, call.at) - std::min(gold.at, call.at);
  if (gold.tool != call.tool || apart > kSamePlace) return false;
  if (!gold.result || !call.result) return gold.input == call.input;
  const auto a = number_of(*gold.result), b = number_of(*call.result);
  return a && b ? is_same(*a, *b) : *gold.result == *call.result;
}

}  // namespace

GoldCalls::GoldCalls(const std::string& file) {
  read_lines({file}, {.document =
                          [&](record::Document&& document) {
                            documents_[document.id] = std::move(document.calls);
                            return true;
                          },
                      .metrics = [](const auto&) { return true; },
                      .problem = [](const auto&) { return true; }});
}

std::optional<bool> GoldCalls::is_right(const std::string& document,
                                        const record::Call& call) const {
  const auto gold = documents_.find(document);
  if (gold == documents_.end()) return std::nullopt;
  return std::any_of(gold->second.begin(), gold->second.end(),
                     [&](const record::Call& one) { return is_same_call(one, call); });
}

std::size_t GoldCalls::found(const record::Document& document,
                             const std::vector<std::size_t>& calls) const {
  const auto gold = documents_.find(document.id);
  if (gold == documents_.end()) return 0;
  return static_cast<std::size_t>(
      std::count_if(gold->second.begin(), gold->second.end(), [&](const record::Call& one) {
        return std::any_of(calls.begin(), calls.end(),
                           [&](std::size_t i) { return is_same_call(one, document.calls[i]); });
      }));
}

std::size_t GoldCalls::count(const std::string& document, const std::string& tool) const {
  const auto gold = documents_.find(document);
  if (gold == documents_.end()) return 0;
  return static_cast<std::size_t>(
      std::count_if(gold->second.begin(), gold->second.end(),
                    [&](const record::Call& call) { return call.tool == tool; }));
}

std::set<std::string> GoldCalls::tools_of(const std::string& document) const {
  std::set<std::string> tools;
  const auto gold = documents_.find(document);
  if (gold == documents_.end()) return tools;
  for (const record::Call& call : gold->second) tools.insert(call.tool);
  return tools;
}

std::optional<bool> is_right(const GoldCalls& gold, const record::Document& document,
                             const record::Call& call) {
  return gold.empty() ? result_follows(call, document.text) : gold.is_right(document.id, call);
}

}  // namespace toolformer::inspect
