// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/mcp/mcp_arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

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

}  // namespace

void McpArguments::find_text() {
  if (!schema_.is_object()) return;
  const json properties = schema_.value("properties", json::object());
  if (!properties.is_object()) return;
  const json required = schema_.value("required", json::array());
  has_more_ = properties.size() > 1;
  std::string name;
  if (properties.size() == 1) name = properties.begin().key();
  if (has_more_ && required.is_array() && required.size() == 1 && required[0].is_string()) {
    name = required[0].get<std::string>();
  }
  if (!properties.contains(name) || !properties[name].is_object()) return;
  if (properties[name].value("type", json()) == "string") text_ = name;
}

std::variant<json, Outcome> McpArguments::read(std::string_view input) const {
  const std::string_view given = base::trim(input);
  json arguments = json::object();
  if (!text_.empty() && !(has_more_ && given.starts_with('{'))) {
    arguments[text_] = input;
  } else if (!given.empty()) {
    try {
      arguments = formats::parse_strict_json(given, "the input");
    } catch (const base::DataError&) {
      return Outcome::error(error_kind::kBadInput, "the input is no JSON object" + example());
    }
    if (!arguments.is_object()) {
      return Outcome::error(error_kind::kBadInput, "the input is no JSON object" + example());
    }
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
    const json property = known ? properties[key] : json();
    const json type = property.is_object() ? property.value("type", json()) : json();
    members += fmt::format("{}{}: {}", members.empty() ? "" : ", ", short_json(name),
                           type.is_string() ? type.get<std::string>() : "...");
  }
  return members.empty() ? "" : " such as {" + members + "}";
}

}  // namespace toolformer::tools
