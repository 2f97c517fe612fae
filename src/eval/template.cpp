// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/template.h"

#include <algorithm>
#include <charconv>

#include "toolformer/base/error.h"

namespace toolformer::eval {
namespace {

void collect(const Json& value, std::string_view path, std::vector<std::string>& found) {
  if (path.empty()) {
    if (value.is_string()) {
      found.push_back(value.get<std::string>());
    } else if (value.is_number() || value.is_boolean()) {
      found.push_back(value.dump());
    } else if (value.is_array()) {
      for (const Json& element : value) collect(element, path, found);
    }
    return;
  }
  const std::size_t dot = path.find('.');
  const std::string_view step = path.substr(0, dot);
  const std::string_view rest = dot == std::string_view::npos ? "" : path.substr(dot + 1);
  if (value.is_object()) {
    const auto member = value.find(std::string(step));
    if (member != value.end()) collect(*member, rest, found);
  } else if (value.is_array()) {
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
    if (error == std::errc() && end == step.data() + step.size()) {
      if (index < value.size()) collect(value[index], rest, found);
      return;
    }
    for (const Json& element : value) collect(element, path, found);
  }
}

/// Text and holes of a template by turns, beginning with text.
std::vector<std::string> parts_of(std::string_view pattern) {
  std::vector<std::string> parts(1);
  bool in_hole = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    const bool doubled = i + 1 < pattern.size() && pattern[i + 1] == c;
    if (!in_hole && doubled && (c == '{' || c == '}')) {
      parts.back() += c;
      ++i;
    } else if (c == (in_hole ? '}' : '{')) {
      in_hole = !in_hole;
      parts.emplace_back();
    } else if (c == '{' || c == '}') {
      base::throw_error<base::UsageError>(
          "template `{}`: byte {} is a brace without its partner; a brace itself is written twice",
          pattern, i);
    } else {
      parts.back() += c;
    }
  }
  if (in_hole)
    base::throw_error<base::UsageError>("template `{}`: the last hole is not closed", pattern);
  return parts;
}

}  // namespace

std::vector<std::string> values_at(const Json& row, std::string_view path) {
  std::vector<std::string> found;
  collect(row, path, found);
  return found;
}

std::optional<std::vector<std::string>> fill(std::string_view pattern, const Json& row) {
  const std::vector<std::string> parts = parts_of(pattern);
  if (parts.size() == 3 && parts[0].empty() && parts[2].empty()) {
    std::vector<std::string> values = values_at(row, parts[1]);
    if (values.empty()) return std::nullopt;
    return values;
  }
  std::string filled;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i % 2 == 0) {
      filled += parts[i];
      continue;
    }
    const std::vector<std::string> values = values_at(row, parts[i]);
    if (values.empty()) return std::nullopt;
    filled += values.front();
  }
  return std::vector<std::string>{std::move(filled)};
}

std::optional<std::vector<std::string>> fill_first(const std::vector<std::string>& patterns,
                                                   const Json& row) {
  for (const std::string& pattern : patterns) {
    if (auto filled = fill(pattern, row)) return filled;
  }
  return std::nullopt;
}

}  // namespace toolformer::eval
