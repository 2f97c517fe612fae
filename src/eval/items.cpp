// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/items.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "toolformer/base/blank.h"
#include "toolformer/base/error.h"
#include "toolformer/base/utf8.h"
#include "toolformer/eval/template.h"
#include "toolformer/record/byte_source.h"
#include "toolformer/record/document_json.h"

namespace toolformer::eval {
namespace {

std::string read_all(const std::string& path) {
  const auto source = record::open_bytes(path);
  std::string bytes;
  std::vector<char> block(1U << 18U);
  while (const std::size_t got = source->read(block.data(), block.size()))
    bytes.append(block.data(), got);
  if (const auto damage = source->damage())
    base::throw_error<base::DataError>("{}: {}", path, *damage);
  if (const auto at = base::find_invalid_utf8(bytes))
    base::throw_error<base::DataError>("{}: byte {} is not UTF-8", path, *at);
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.erase(0, 3);
  return bytes;
}

bool is_text_file(const std::string& path) {
  return path.ends_with(".txt") || path.ends_with(".txt.gz") || path.ends_with(".txt.zst");
}

/// " = Title = ", but not " = = Section = = ".
bool is_article_heading(std::string_view line) {
  return line.starts_with(" = ") && line.ends_with(" = ") && line.size() > 6 && line[3] != '=';
}

std::vector<Json> rows_of_text(const std::string& bytes) {
  std::vector<Json> rows;
  std::string article;
  const auto end_article = [&] {
    if (article.find_first_not_of(" \r\n\t") != std::string::npos)
      rows.push_back({{"text", article}});
    article.clear();
  };
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
    if (is_article_heading(std::string_view(bytes).substr(at, end - at))) end_article();
    article.append(bytes, at, end + 1 - at);
    at = end + 1;
  }
  end_article();
  return rows;
}

std::string first_line(const std::string& bytes) {
  const std::size_t begin = std::min(bytes.find_first_not_of(" \t\r\n"), bytes.size());
  return bytes.substr(begin, bytes.find('\n', begin) - begin);
}

std::vector<Json> json_lines(const std::string& bytes, const std::string& path) {
  std::vector<Json> rows;
  std::size_t number = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
    const std::string line = bytes.substr(at, end - at);
    at = end + 1;
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    Json row = Json::parse(line, nullptr, false);
    if (!row.is_object())
      base::throw_error<base::DataError>("{}:{}: the line is no JSON object", path, number);
    rows.push_back(std::move(row));
  }
  return rows;
}

/// Follows one list after the other; what stands around a row becomes fields of it.
void flatten(const Json& around, const std::vector<std::string>& each, std::size_t depth,
             std::vector<Json>& rows) {
  if (depth == each.size() || !around.contains(each[depth]) || !around[each[depth]].is_array()) {
    rows.push_back(around);
    return;
  }
  Json outer = around;
  outer.erase(each[depth]);
  for (const Json& inner : around[each[depth]]) {
    Json row = outer;
    if (inner.is_object()) {
      for (const auto& [key, value] : inner.items()) row[key] = value;
    } else {
      row["item"] = inner;
    }
    flatten(row, each, depth + 1, rows);
  }
}

std::vector<Json> outer_rows(const std::string& bytes, const std::string& path) {
  const std::string line = first_line(bytes);
  if (line.empty()) return {};
  if (Json::parse(line, nullptr, false).is_object()) return json_lines(bytes, path);
  Json whole;
  try {
    whole = Json::parse(bytes);
  } catch (const nlohmann::json::exception& error) {
    base::throw_error<base::DataError>("{}: neither JSON lines nor one JSON list or object: {}",
                                       path, error.what());
  }
  if (whole.is_object()) return {std::move(whole)};
  if (!whole.is_array())
    base::throw_error<base::DataError>("{}: the file is no JSON list or object", path);
  return whole.get<std::vector<Json>>();
}

bool holds_words(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c >= 0x80; });
}

std::vector<std::string> gold_of(const Task& task, std::vector<std::string> answers) {
  for (std::string& answer : answers) {
    const std::size_t mark =
        task.answers_after.empty() ? std::string::npos : answer.rfind(task.answers_after);
    if (mark != std::string::npos) answer.erase(0, mark + task.answers_after.size());
    answer.erase(0, answer.find_first_not_of(" \t\r\n"));
  }
  return answers;
}

/// Why the row gives no item; empty: it does.
std::string make_item(const Task& task, const Json& row, std::size_t number,
                      record::Document& document) {
  Json filled = row;
  for (const auto& [name, patterns] : task.fields) {
    const auto values = fill_first(patterns, row);
    if (!values) return "no " + name;
    std::string value = values->front();
    if (const std::size_t mask = task.cut_at.empty() ? std::string::npos : value.find(task.cut_at);
        mask != std::string::npos) {
      if (holds_words(std::string_view(value).substr(mask + task.cut_at.size())))
        return "the mask is not at the end";
      value.resize(mask);
      value.resize(base::trim_end(value).size());
    }
    if (const auto end = task.ends.find(name); end != task.ends.end()) {
      value.resize(base::trim_end(value).size());
      if (!value.ends_with(end->second)) value += end->second;
    }
    filled[name] = value;
  }
  const auto prompt = fill(task.prompt, filled);
  if (!prompt || prompt->front().empty()) return "the prompt cannot be filled";
  document.text = prompt->front();
  document.meta = Json::object();
  if (!task.answers.empty()) {
    const auto answers = fill_first(task.answers, filled);
    if (!answers) return "no answer";
    document.meta["answers"] = gold_of(task, *answers);
  }
  if (!task.date.empty()) {
    const auto date = fill(task.date, filled);
    if (!date) return "no date";
    document.meta["date"] = date->front();
  }
  for (const auto& [name, pattern] :
       {std::pair{"cluster", task.cluster}, {"family", task.family}, {"ideal", task.ideal_input}}) {
    if (pattern.empty()) continue;
    if (const auto value = fill(pattern, filled); value && !value->empty())
      document.meta[name] = value->front();
  }
  const auto id = task.id.empty() ? std::nullopt : fill(task.id, filled);
  document.id = id ? id->front() : fmt::format("{}:{}", task.name, number);
  return "";
}

}  // namespace

std::vector<Json> read_rows(const std::string& path, const std::vector<std::string>& each) {
  const std::string bytes = read_all(path);
  if (is_text_file(path)) return rows_of_text(bytes);
  std::vector<Json> rows;
  for (const Json& row : outer_rows(bytes, path)) {
    if (!row.is_object())
      base::throw_error<base::DataError>("{}: an element of the list is no object", path);
    flatten(row, each, 0, rows);
  }
  return rows;
}

Items make_items(const Task& task, const std::vector<Json>& rows, const std::string& where) {
  if (rows.empty())
    base::throw_error<base::DataError>("{}: holds no item for task {}", where, task.name);
  Items items;
  std::set<std::string> ids;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    record::Document document;
    const std::string reason = make_item(task, rows[i], i + 1, document);
    if (!reason.empty()) {
      ++items.left_out[reason];
      continue;
    }
    const std::string id = document.id;
    for (std::size_t copy = 2; !ids.insert(document.id).second; ++copy)
      document.id = fmt::format("{}#{}", id, copy);
    items.documents.push_back(std::move(document));
  }
  if (items.documents.empty()) {
    std::string reasons;
    for (const auto& [reason, count] : items.left_out)
      reasons += fmt::format("{}{} x {}", reasons.empty() ? "" : ", ", count, reason);
    std::vector<std::string> fields;
    for (const auto& [key, value] : rows.front().items()) fields.push_back(key);
    base::throw_error<base::DataError>(
        "{}: gives no item for task {} ({}); the first row has the fields {}", where, task.name,
        reasons, fmt::join(fields, ", "));
  }
  return items;
}

std::string to_lines(const Items& items) {
  std::string lines;
  for (const record::Document& document : items.documents)
    lines += record::to_json_line(document) + "\n";
  return lines;
}

}  // namespace toolformer::eval
