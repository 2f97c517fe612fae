// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/template.h"

#include <algorithm>
#include <charconv>

#include "toolformer/base/blank.h"
#include "toolformer/base/error.h"

namespace toolformer::eval {
namespace {

/// What `(list (description "Mr. X") (description Y))`, Lisp as WebQuestions writes answers, has
/// under a name.
void collect_from_list(std::string_view text, std::string_view name,
                       std::vector<std::string>& found) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') {  // of another name
      while (++at < text.size() && text[at] != '"') at += text[at] == '\\' ? 1 : 0;
      continue;
    }
    const std::size_t begin = at + 1 + name.size() + 1;
    if (text[at] != '(' || begin >= text.size() || text.substr(at + 1, name.size()) != name ||
        text[begin - 1] != ' ')
      continue;
    std::string value;
    const bool is_quoted = text[begin] == '"';
    const char end = is_quoted ? '"' : ')';
    for (at = begin + (is_quoted ? 1 : 0); at < text.size() && text[at] != end; ++at) {
      if (text[at] == '\\' && at + 1 < text.size()) ++at;
      value += text[at];
    }
    found.push_back(std::move(value));
  }
}

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
  } else if (value.is_string() && value.get_ref<const std::string&>().starts_with('(')) {
    collect_from_list(value.get_ref<const std::string&>(), path, found);
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

std::vector<std::string> values_at(const Json& row, std::string_view paths) {
  std::vector<std::string> found;
  for (std::size_t at = 0; at <= paths.size();) {
    const std::size_t end = std::min(paths.find(',', at), paths.size());
    std::vector<std::string> values;
    collect(row, base::trim(paths.substr(at, end - at)), values);
    for (std::string& value : values) {
      if (std::find(found.begin(), found.end(), value) == found.end())
        found.push_back(std::move(value));
    }
    at = end + 1;
  }
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
