// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/mcp/mcp_arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "toolformer/base/blank.h"
#include "toolformer/base/error.h"
#include "toolformer/base/log.h"
#include "toolformer/formats/strict_json.h"

namespace toolformer::tools {
namespace {

using nlohmann::json;

bool is_of(const json& value, const std::string& type) {
  if (type == "integer") {
    return value.is_number_integer() ||
           (value.is_number_float() && std::trunc(value.get<double>()) == value.get<double>());
  }
  if (type == "number") return value.is_number();
  return type == value.type_name();  // string, boolean, object, array, null
}

std::string short_json(const json& value) {
  return base::escape_for_log(value.dump(-1, ' ', false, json::error_handler_t::replace), 80);
}

std::string check(const json& value, const json& schema, const std::string& place);

std::string check_type(const json& value, const json& schema, const std::string& place) {
  if (!schema.contains("type")) return {};
  const json& type = schema["type"];
  const json types = type.is_array() ? type : json::array({type});
  const bool fits = std::any_of(types.begin(), types.end(), [&](const json& one) {
    return one.is_string() && is_of(value, one.get<std::string>());
  });
  if (fits) return {};
  return fmt::format("{} is to be {}, not {}", place, short_json(type), short_json(value));
}

std::string check_properties(const json& value, const json& schema, const std::string& place) {
  const json required = schema.value("required", json::array());
  for (const json& name : required.is_array() ? required : json::array()) {
    if (name.is_string() && !value.contains(name.get<std::string>())) {
      return fmt::format("{} lacks {}", place, short_json(name));
    }
  }
  const json properties = schema.value("properties", json::object());
  for (const auto& [name, member] : value.items()) {
    if (properties.is_object() && properties.contains(name)) {
      if (std::string why = check(member, properties[name], short_json(name)); !why.empty()) {
        return why;
      }
    } else if (schema.value("additionalProperties", json()) == false) {
      return fmt::format("{} is to have no {}", place, short_json(name));
    }
  }
  return {};
}

/// Why the value does not fit; empty: it does. Both were parsed with a limit to their depth.
std::string check(const json& value, const json& schema, const std::string& place) {
  if (!schema.is_object()) return {};
  if (std::string why = check_type(value, schema, place); !why.empty()) return why;
  const json choices = schema.value("enum", json());
  if (choices.is_array() && std::find(choices.begin(), choices.end(), value) == choices.end()) {
    return fmt::format("{} is to be one of {}, not {}", place, short_json(choices),
                       short_json(value));
  }
  if (value.is_object()) return check_properties(value, schema, place);
  if (value.is_array() && schema.contains("items")) {
    for (const json& item : value) {
      if (std::string why = check(item, schema["items"], "an item of " + place); !why.empty()) {
        return why;
      }
    }
  }
  return {};
}

/// The schema that a "$ref" into the whole one leads to ("#/$defs/Text"); what stands beside the
/// reference counts, too.
json resolved(const json& schema, const json& whole) {
  constexpr int kMostSteps = 8;
  json found = schema;
  for (int step = 0; step < kMostSteps && found.is_object() && found.contains("$ref"); ++step) {
    const json reference = found["$ref"];
    if (!reference.is_string() || !reference.get_ref<const std::string&>().starts_with('#')) break;
    try {
      const json::json_pointer place(reference.get_ref<const std::string&>().substr(1));
      if (!whole.contains(place) || !whole.at(place).is_object()) break;
      json target = whole.at(place);
      found.erase("$ref");
      target.update(found);
      found = std::move(target);
    } catch (const json::exception&) {  // no JSON pointer
      break;
    }
  }
  return found;
}

/// Whether a value of the type may fit: "type" names it, or one of the alternatives does, or
/// nothing is said of types at all.
bool takes(const json& schema, const json& whole, const std::string& type, int depth = 0) {
  constexpr int kDeepest = 8;
  if (schema.is_boolean()) return schema.get<bool>();
  if (!schema.is_object() || schema.contains("$ref") || depth > kDeepest) return false;
  if (type == "null" && schema.value("nullable", json()) == true) return true;
  if (schema.contains("type")) {
    const json types = schema["type"].is_array() ? schema["type"] : json::array({schema["type"]});
    return std::any_of(types.begin(), types.end(), [&](const json& one) {
      return one == type || (type == "number" && one == "integer");
    });
  }
  for (const char* key : {"anyOf", "oneOf", "allOf"}) {
    const json among = schema.value(key, json());
    if (!among.is_array() || among.empty()) continue;
    return std::any_of(among.begin(), among.end(), [&](const json& one) {
      return takes(resolved(one, whole), whole, type, depth + 1);
    });
  }
  if (const json choices = schema.value("enum", json()); choices.is_array()) {
    return std::any_of(choices.begin(), choices.end(),
                       [&](const json& one) { return is_of(one, type); });
  }
  if (schema.contains("const")) return is_of(schema["const"], type);
  return type != "null" && !schema.contains("properties") && !schema.contains("items");
}

}  // namespace

void McpArguments::find_only() {
  if (!schema_.is_object()) return;
  schema_ = resolved(schema_, schema_);
  const json properties = schema_.value("properties", json::object());
  if (!properties.is_object()) return;
  has_more_ = properties.size() > 1;
  const json required = schema_.value("required", json::array());
  std::vector<std::string> needed, free, texts;
  for (const auto& [name, property] : properties.items()) {
    const json whole = resolved(property, schema_);
    const bool has_default = whole.is_object() && whole.contains("default");
    const bool is_required =
        required.is_array() && std::find(required.begin(), required.end(), name) != required.end();
    if (is_required && has_default) defaults_[name] = whole["default"];
    if (is_required && !has_default) needed.push_back(name);
    if (!is_required && !has_default && !takes(whole, schema_, "null")) free.push_back(name);
    if (!has_default && takes(whole, schema_, "string")) texts.push_back(name);
  }
  // Of the others with a default, or that may be null, a call need not speak.
  if (properties.size() == 1) {
    only_ = properties.begin().key();
  } else if (needed.size() == 1) {
    only_ = needed.front();
  } else if (needed.empty() && (free.size() == 1 || texts.size() == 1)) {
    only_ = free.size() == 1 ? free.front() : texts.front();
  }
  if (only_.empty()) return;
  const json property = resolved(properties[only_], schema_);
  is_text_ = takes(property, schema_, "string");
  if (!is_text_ && !takes(property, schema_, "number")) only_.clear();
}

std::variant<json, Outcome> McpArguments::read(std::string_view input) const {
  const std::string_view given = base::trim(input);
  json arguments = json::object();
  if (is_text_ && !(has_more_ && given.starts_with('{'))) {
    arguments[only_] = input;
  } else if (!given.empty()) {
    try {
      arguments = formats::parse_strict_json(given, "the input");
    } catch (const base::DataError&) {
      return Outcome::error(error_kind::kBadInput, "the input is no JSON object" + example());
    }
    if (!only_.empty() && arguments.is_number()) arguments = {{only_, arguments}};
    if (!arguments.is_object()) {
      return Outcome::error(error_kind::kBadInput, "the input is no JSON object" + example());
    }
  }
  for (const auto& [name, value] : defaults_.items()) {
    if (!arguments.contains(name)) arguments[name] = value;
  }
  if (std::string why = check(arguments, schema_, "the input"); !why.empty()) {
    return Outcome::error(error_kind::kBadInput, std::move(why));
  }
  return arguments;
}

/// " such as {"a": number, "b": number}": what must be in it.
std::string McpArguments::example() const {
  const json properties = schema_.is_object() ? schema_.value("properties", json()) : json();
  const json required = schema_.is_object() ? schema_.value("required", json()) : json();
  std::string members;
  for (const json& name : required.is_array() ? required : json::array()) {
    if (!name.is_string()) continue;
    const std::string key = name.get<std::string>();
    const bool known = properties.is_object() && properties.contains(key);
    const json property = known ? resolved(properties[key], schema_) : json();
    const json type = property.is_object() ? property.value("type", json()) : json();
    const char* other = takes(property, schema_, "string") ? "string" : "...";
    members += fmt::format("{}{}: {}", members.empty() ? "" : ", ", short_json(name),
                           type.is_string() ? type.get<std::string>() : other);
  }
  return members.empty() ? "" : " such as {" + members + "}";
}

}  // namespace toolformer::tools
