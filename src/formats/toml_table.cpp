// SPDX-License-Identifier: Apache-2.0
#include "toolformer/formats/toml_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <toml.hpp>

#include "toolformer/base/blank.h"
#include "toolformer/base/error.h"
#include "toolformer/base/suggest.h"
#include "toolformer/formats/foreign_file.h"

namespace toolformer::formats {
namespace {

template <class T>
std::string describe(const Range<T>& range) {
  if (range.low == Range<T>{}.low && range.high == Range<T>{}.high) return "any";
  if (range.high == Range<T>{}.high) return fmt::format("at least {}", range.low);
  return fmt::format("{} to {}", range.low, range.high);
}

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text.substr(0, text.find("  "));
}

/// Seconds, or nothing.
std::optional<double> parse_duration(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  const std::string_view unit =
      base::trim_start({end, static_cast<std::size_t>(text.data() + text.size() - end)});
  const std::map<std::string_view, double> seconds = {
      {"ms", 1e-3}, {"s", 1.0}, {"min", 60.0}, {"h", 3600.0}};
  const auto found = seconds.find(unit);
  if (found == seconds.end()) return std::nullopt;
  return value * found->second;
}

/// As a flag is given it; nothing for lists, tables and times.
std::optional<std::string> as_word(const toml::value& value) {
  if (value.is_string()) return value.as_string().str;
  if (value.is_boolean()) return value.as_boolean() ? "true" : "false";
  if (value.is_integer()) {
    const std::int64_t number = value.as_integer();
    // What is too large is read as the largest one.
    const bool is_beyond = number == std::numeric_limits<std::int64_t>::max() ||
                           number == std::numeric_limits<std::int64_t>::min();
    return is_beyond ? "a number beyond 64 bits" : std::to_string(number);
  }
  if (value.is_floating()) {
    std::string text = fmt::format("{}", value.as_floating());
    return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
  }
  if (!value.is_local_date()) return std::nullopt;
  std::ostringstream text;
  text << value.as_local_date();
  return text.str();
}

}  // namespace

struct TomlTable::Node {
  toml::value value;
  std::string file;
  std::string path;  // "tool.QA"; empty: the whole file
  std::set<std::string> asked;
  std::map<std::string, std::vector<std::shared_ptr<Node>>> below;

  const toml::value* find(std::string_view key) {
    asked.emplace(key);
    const auto& table = value.as_table();
    const auto found = table.find(std::string(key));
    return found == table.end() ? nullptr : &found->second;
  }

  std::shared_ptr<Node> child(const std::string& key, const toml::value& table) const {
    return std::make_shared<Node>(Node{table, file, path.empty() ? key : path + "." + key, {}, {}});
  }
};

TomlTable TomlTable::read_file(const std::filesystem::path& path) {
  std::error_code error;
  std::ifstream in(path, std::ios::binary);
  if (!std::filesystem::is_regular_file(path, error) || !in) {
    base::throw_error<base::UsageError>("{}: there is no such file, or it cannot be read",
                                        path.string());
  }
  std::ostringstream text;
  text << in.rdbuf();
  return parse(text.str(), path.string());
}

TomlTable TomlTable::parse(const std::string& text, const std::string& name) {
  if (const auto file = foreign_file(text)) {
    base::throw_error<base::UsageError>("{}: {}, no TOML; {}", name, file->name, file->remedy);
  }
  std::istringstream in(text);
  try {
    auto node = std::make_shared<Node>(Node{toml::parse(in, name), name, {}, {}, {}});
    return TomlTable(std::move(node));
  } catch (const toml::exception& error) {
    base::throw_error<base::UsageError>("{}:{}: not TOML: {}", name, error.location().line(),
                                        one_line(error.what()));
  } catch (const std::exception& error) {
    base::throw_error<base::UsageError>("{}: not TOML: {}", name, one_line(error.what()));
  }
}

bool TomlTable::has(std::string_view key) const {
  return node_->value.as_table().count(std::string(key)) > 0;
}

std::vector<std::string> TomlTable::keys() const {
  std::vector<std::string> names;
  for (const auto& [key, value] : node_->value.as_table()) names.push_back(key);
  std::sort(names.begin(), names.end());
  return names;
}

std::string TomlTable::place(std::string_view key) const {
  const auto& table = node_->value.as_table();
  const auto found = table.find(std::string(key));
  const toml::value& value = found == table.end() ? node_->value : found->second;
  std::string place = node_->file;
  if (!node_->path.empty() || found != table.end()) {
    place += fmt::format(":{}", value.location().line());
  }
  if (!key.empty()) place += ":";
  if (!key.empty() && !node_->path.empty()) place += fmt::format(" [{}]", node_->path);
  if (!key.empty()) place += fmt::format(" {}", key);
  return place;
}

void TomlTable::refuse(std::string_view key, std::string_view why) const {
  base::throw_error<base::UsageError>("{} {}", place(key), why);
}

std::string TomlTable::string(std::string_view key, std::string fallback) {
  return optional_string(key).value_or(std::move(fallback));
}

std::string TomlTable::required_string(std::string_view key) {
  const std::optional<std::string> value = optional_string(key);
  if (!value || value->empty()) refuse(key, "is missing; give it some text");
  return *value;
}

std::optional<std::string> TomlTable::optional_string(std::string_view key) {
  const toml::value* value = node_->find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) refuse(key, "must be text in quotes");
  return value->as_string().str;
}

std::int64_t TomlTable::integer(std::string_view key, std::int64_t fallback,
                                Range<std::int64_t> range) {
  const toml::value* value = node_->find(key);
  if (value == nullptr) return fallback;
  if (!value->is_integer()) {
    refuse(key, fmt::format("must be a whole number, {}", describe(range)));
  }
  const std::int64_t number = value->as_integer();
  if (number < range.low || number > range.high) {
    refuse(key, fmt::format("must be {}, got {}", describe(range), number));
  }
  return number;
}

std::size_t TomlTable::size(std::string_view key, std::size_t fallback, Range<std::size_t> range) {
  constexpr auto kHighest = static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());
  return static_cast<std::size_t>(
      integer(key, static_cast<std::int64_t>(std::min(fallback, kHighest)),
              {.low = static_cast<std::int64_t>(std::min(range.low, kHighest)),
               .high = static_cast<std::int64_t>(std::min(range.high, kHighest))}));
}

double TomlTable::number(std::string_view key, double fallback, Range<double> range) {
  const toml::value* value = node_->find(key);
  if (value == nullptr) return fallback;
  if (!value->is_integer() && !value->is_floating()) {
    refuse(key, fmt::format("must be a number, {}", describe(range)));
  }
  const double number =
      value->is_integer() ? static_cast<double>(value->as_integer()) : value->as_floating();
  // What is too large for a double (1e999) is read as the largest one.
  const bool is_beyond = std::abs(number) >= std::numeric_limits<double>::max();
  if (!std::isfinite(number) || is_beyond || number < range.low || number > range.high) {
    refuse(key, fmt::format("must be a finite number, {}, got {}", describe(range), number));
  }
  return number;
}

bool TomlTable::boolean(std::string_view key, bool fallback) {
  const toml::value* value = node_->find(key);
  if (value == nullptr) return fallback;
  if (!value->is_boolean()) refuse(key, "must be true or false");
  return value->as_boolean();
}

TomlTable::Seconds TomlTable::duration(std::string_view key, Seconds fallback,
                                       Range<double> seconds) {
  const toml::value* value = node_->find(key);
  if (value == nullptr || !value->is_string())
    return Seconds(number(key, fallback.count(), seconds));
  const std::string& text = value->as_string().str;
  const std::optional<double> parsed = parse_duration(text);
  if (!parsed) {
    refuse(key, fmt::format("must be seconds, or like \"250 ms\", \"30 s\", \"2 min\", \"1 h\", "
                            "got \"{}\"",
                            text));
  }
  if (!std::isfinite(*parsed) || *parsed < seconds.low || *parsed > seconds.high) {
    refuse(key, fmt::format("must be {} seconds, got \"{}\"", describe(seconds), text));
  }
  return Seconds(*parsed);
}

std::vector<std::string> TomlTable::strings(std::string_view key,
                                            std::vector<std::string> fallback) {
  const toml::value* value = node_->find(key);
  if (value == nullptr) return fallback;
  if (value->is_string()) return {value->as_string().str};
  constexpr std::string_view kExpected = "must be a list of texts in quotes";
  if (!value->is_array()) refuse(key, kExpected);
  std::vector<std::string> texts;
  for (const toml::value& item : value->as_array()) {
    if (!item.is_string()) refuse(key, kExpected);
    texts.push_back(item.as_string().str);
  }
  return texts;
}

std::vector<std::string> TomlTable::words(std::string_view key) {
  const toml::value* value = node_->find(key);
  if (value == nullptr) return {};
  const auto word = [&](const toml::value& one) {
    if (const auto text = as_word(one)) return *text;
    refuse(key, "must be text in quotes, a number, a date, true or false, or a list of such");
  };
  if (!value->is_array()) return {word(*value)};
  std::vector<std::string> words;
  for (const toml::value& item : value->as_array()) words.push_back(word(item));
  return words;
}

bool TomlTable::is_table(std::string_view key) const {
  const auto& table = node_->value.as_table();
  const auto found = table.find(std::string(key));
  if (found == table.end()) return false;
  const toml::value& value = found->second;
  return value.is_table() ||
         (value.is_array() && !value.as_array().empty() && value.as_array().front().is_table());
}

std::map<std::string, std::string> TomlTable::string_map(std::string_view key) {
  std::map<std::string, std::string> pairs;
  std::optional<TomlTable> inner = table(key);
  if (!inner) return pairs;
  for (const std::string& name : inner->keys()) pairs[name] = inner->string(name, "");
  return pairs;
}

std::optional<TomlTable> TomlTable::table(std::string_view key) {
  const toml::value* value = node_->find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_table()) {
    refuse(key, fmt::format("must be a table: [{}{}]", node_->path.empty() ? "" : node_->path + ".",
                            key));
  }
  std::vector<std::shared_ptr<Node>>& below = node_->below[std::string(key)];
  if (below.empty()) below.push_back(node_->child(std::string(key), *value));
  return TomlTable(below.front());
}

std::vector<TomlTable> TomlTable::tables(std::string_view key) {
  const toml::value* value = node_->find(key);
  if (value == nullptr) return {};
  std::vector<std::shared_ptr<Node>>& below = node_->below[std::string(key)];
  constexpr std::string_view kExpected = "must be a list of tables";
  if (!value->is_array()) refuse(key, kExpected);
  if (below.empty()) {
    for (const toml::value& item : value->as_array()) {
      if (!item.is_table()) refuse(key, kExpected);
      below.push_back(node_->child(std::string(key), item));
    }
  }
  std::vector<TomlTable> tables;
  for (const std::shared_ptr<Node>& node : below) tables.push_back(TomlTable(node));
  return tables;
}

void TomlTable::refuse_unknown_here() const {
  const std::vector<std::string> known(node_->asked.begin(), node_->asked.end());
  for (const std::string& key : keys()) {
    if (node_->asked.count(key) > 0) continue;
    const std::optional<std::string> nearest = base::nearest_name(key, known);
    refuse(key, nearest ? fmt::format("is unknown, perhaps {}?", *nearest)
                        : fmt::format("is unknown; known are {}", fmt::join(known, ", ")));
  }
}

void TomlTable::refuse_unknown() const {
  refuse_unknown_here();
  for (const auto& [key, nodes] : node_->below) {
    for (const std::shared_ptr<Node>& node : nodes) TomlTable(node).refuse_unknown();
  }
}

}  // namespace toolformer::formats
