// SPDX-License-Identifier: Apache-2.0
// Text with holes that name fields of a JSON row: "{question} The answer is". A hole is a path,
// "{answers.text}" or "{lines.0}"; through a list without a number it goes to every element, and so
// it does through a list that a string holds in Lisp's notation, as WebQuestions has its answers.
// "{answer.value, answer.aliases}" are the values of both. "{{" and "}}" are braces.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace toolformer::eval {

using Json = nlohmann::ordered_json;

/// The values that the paths, separated by commas, lead to as text, each once: strings as they are,
/// numbers and booleans as JSON writes them. Nothing for what is missing or null.
std::vector<std::string> values_at(const Json& row, std::string_view paths);

/// The template filled from the row. A template that is one hole gives every value of it; holes
/// inside a text take their first value. nullopt: a hole leads to nothing. Throws UsageError for a
/// brace without its partner.
std::optional<std::vector<std::string>> fill(std::string_view pattern, const Json& row);

/// The first of several templates that the row can fill; nullopt: none.
std::optional<std::vector<std::string>> fill_first(const std::vector<std::string>& patterns,
                                                   const Json& row);

}  // namespace toolformer::eval
