// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/architecture/json_fields.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace toolformer::model {
namespace {

const nlohmann::json& empty_object() {
  static const nlohmann::json object = nlohmann::json::object();
  return object;
}

std::optional<std::int64_t> to_integer(const nlohmann::json& value) {
  constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (!value.is_number_integer()) return std::nullopt;
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > kLargest) return std::nullopt;
  return value.get<std::int64_t>();
}

}  // namespace

JsonFields::JsonFields(const nlohmann::json& object, std::string place,
                       std::vector<std::string>& problems)
    : object_(object.is_object() ? object : empty_object()),
      place_(std::move(place)),
      problems_(problems) {}

const nlohmann::json* JsonFields::find(const std::string& key) const {
  const auto found = object_.find(key);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

void JsonFields::problem(const std::string& key, const std::string& text) const {
  problems_.push_back(fmt::format("{}{}: {}", place_, key, text));
}

void JsonFields::wrong_type(const std::string& key, const char* expected,
                            const nlohmann::json& value) const {
  std::string shown = value.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  if (shown.size() > 60) shown.replace(60, std::string::npos, "...");
  problem(key, fmt::format("expected {}, got {}", expected, shown));
}

std::optional<std::int64_t> JsonFields::integer(const std::string& key) const {
  const nlohmann::json* value = find(key);
  if (value == nullptr) return std::nullopt;
  const std::optional<std::int64_t> number = to_integer(*value);
  if (!number) wrong_type(key, "an integer", *value);
  return number;
}

std::optional<double> JsonFields::number(const std::string& key) const {
  const nlohmann::json* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_number() && std::isfinite(value->get<double>())) return value->get<double>();
  wrong_type(key, "a finite number", *value);
  return std::nullopt;
}

std::optional<bool> JsonFields::boolean(const std::string& key) const {
  const nlohmann::json* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_boolean()) return value->get<bool>();
  wrong_type(key, "true or false", *value);
  return std::nullopt;
}

std::optional<std::string> JsonFields::string(const std::string& key) const {
  const nlohmann::json* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return value->get<std::string>();
  wrong_type(key, "a string", *value);
  return std::nullopt;
}

std::optional<std::vector<std::string>> JsonFields::strings(const std::string& key) const {
  const nlohmann::json* value = find(key);
  if (value == nullptr) return std::nullopt;
  std::vector<std::string> list;
  bool good = value->is_array();
  for (const nlohmann::json& element : *value) {
    good = good && element.is_string();
    if (good) list.push_back(element.get<std::string>());
  }
  if (good) return list;
  wrong_type(key, "a list of strings", *value);
  return std::nullopt;
}

std::vector<std::int64_t> JsonFields::one_or_more_integers(const std::string& key) const {
  const nlohmann::json* value = find(key);
  if (value == nullptr) return {};
  const nlohmann::json list = value->is_array() ? *value : nlohmann::json::array({*value});
  std::vector<std::int64_t> numbers;
  for (const nlohmann::json& element : list) {
    const std::optional<std::int64_t> number = to_integer(element);
    if (number) numbers.push_back(*number);
  }
  if (numbers.size() != list.size()) wrong_type(key, "an integer or a list of integers", *value);
  return numbers;
}

JsonFields JsonFields::object(const std::string& key) const {
  const nlohmann::json* value = find(key);
  if (value != nullptr && !value->is_object()) wrong_type(key, "an object", *value);
  return {value == nullptr ? empty_object() : *value, place_ + key + ".", problems_};
}

}  // namespace toolformer::model
