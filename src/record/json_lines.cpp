// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/json_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "toolformer/formats/foreign_file.h"
#include "toolformer/formats/strict_json.h"

namespace toolformer::record {
namespace {

constexpr std::string_view kBlank = " \t\r\n";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// The lines that hold something, the last one perhaps cut.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (const std::string_view line = trim(text.substr(0, end)); !line.empty())
      lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool is_one_value(std::string_view line) {
  try {
    formats::JsonCursor cursor(line);
    cursor.skip_value();
    cursor.finish();
    return true;
  } catch (const formats::JsonProblem&) {
    return false;
  }
}

/// Behind the first object of the line another one begins. A carriage return alone ends no line.
bool holds_several(std::string_view line) {
  try {
    formats::JsonCursor cursor(line);
    if (!cursor.is(formats::JsonKind::kObject)) return false;
    cursor.skip_value();
    return cursor.is(formats::JsonKind::kObject);
  } catch (const formats::JsonProblem&) {
    return false;
  }
}

/// One value over several lines.
std::optional<std::string> spread_json(const std::vector<std::string_view>& lines) {
  const std::string_view first = lines.front();
  if (first.front() == '[') {
    if (lines.size() > 1 && !is_one_value(first))
      return "one JSON list whose first value is no object; jq -c '.[] | {text: .}' FILE > "
             "NEW.jsonl makes records of strings";
  }
  if (holds_several(first) && (lines.size() == 1 || holds_several(lines[1])))
    return "several records in one line; jq -c . FILE > NEW.jsonl gives each a line of its own";
  if (first.front() != '{' || lines.size() == 1) return std::nullopt;
  constexpr std::string_view kOpen = "{[:,";
  const bool whole_with_comma =
      first.back() == ',' && is_one_value(first.substr(0, first.size() - 1));
  if (whole_with_comma)
    return "lines that end with commas, as in a JSON list without its brackets; sed 's/,$//' FILE "
           "> "
           "NEW.jsonl takes them away";
  const bool goes_on = kOpen.find(first.back()) != std::string_view::npos && !is_one_value(first) &&
                       !is_one_value(lines[1]);  // else the first line alone is cut
  if (goes_on)
    return "JSON over several lines; jq -c . FILE > NEW.jsonl makes one line of each record";
  return std::nullopt;
}

/// Every line has the same number of them, and at least one.
bool is_table(const std::vector<std::string_view>& lines, char separator) {
  const auto count = std::count(lines.front().begin(), lines.front().end(), separator);
  const std::size_t seen = std::min<std::size_t>(lines.size() - 1, 20);  // the last may be cut
  return count > 0 && lines.size() > 1 &&
         std::all_of(lines.begin(),
                     lines.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(seen, 1)),
                     [&](std::string_view line) {
                       return std::count(line.begin(), line.end(), separator) >= count;
                     });
}

/// Lines of which none is an object.
std::optional<std::string> other_text(const std::vector<std::string_view>& lines) {
  const bool holds_objects = std::any_of(
      lines.begin(), lines.end(), [](std::string_view line) { return line.starts_with('{'); });
  if (holds_objects || lines.size() < 2) return std::nullopt;
  const std::string_view first = lines.front();
  if (first.front() == '"' && is_one_value(first))
    return "JSON strings, no objects; jq -c '{text: .}' FILE > NEW.jsonl makes records of them";
  if (first.front() == '[' && is_one_value(first))
    return "JSON lists, no objects; jq -c '{text: .[0]}' FILE > NEW.jsonl makes records of their "
           "first values";
  for (const auto& [separator, name] : {std::pair{'\t', "TSV"}, {',', "CSV"}, {';', "CSV"}}) {
    if (!is_table(lines, separator)) continue;
    return fmt::format("a table ({}), no JSON; its rows are read from a file whose name ends in {}",
                       name, separator == '\t' ? ".tsv" : ".csv");
  }
  return "plain text, no JSON; it is read from a file whose name ends in .txt, as one document or, "
         "with --text-per line, as one a line";
}

}  // namespace

std::optional<std::string> why_not_json_lines(std::string_view start) {
  if (const auto file = formats::foreign_file(start))
    return fmt::format("begins like {}; {}", file->name, file->remedy);
  if (start.starts_with(kByteOrderMark)) start.remove_prefix(kByteOrderMark.size());
  if (start.starts_with('\x1E'))
    return "a JSON text sequence (RFC 7464); jq --seq -c . FILE > NEW.jsonl makes lines of it";
  const std::vector<std::string_view> lines = lines_of(start);
  if (lines.empty()) return std::nullopt;
  if (auto json = spread_json(lines)) return json;
  return other_text(lines);
}

}  // namespace toolformer::record
