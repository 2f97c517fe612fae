// SPDX-License-Identifier: Apache-2.0
// The input of a call, a string, as the arguments that a tool of the Model Context Protocol wants:
// a JSON object that its schema describes.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <variant>

#include "toolformer/tools/contract/tool.h"

namespace toolformer::tools {

class McpArguments {
 public:
  /// The inputSchema of tools/list (JSON Schema). Of it count type, required, enum, properties,
  /// items and "additionalProperties": false; the server checks the rest.
  explicit McpArguments(nlohmann::json schema) : schema_(std::move(schema)) { find_only(); }

  /// A tool whose one property may be a string gets the input as it is, however the schema says so
  /// (a list of types, anyOf, $ref, no type at all). So does one with a single property that a call
  /// must give (required, or alone without a default), unless the input begins with `{`. Where that
  /// property is a number, the input may be one. Else the input is a JSON object; a blank one is
  /// empty. bad_input when it does not fit the schema.
  std::variant<nlohmann::json, Outcome> read(std::string_view input) const;

 private:
  void find_only();
  std::string example() const;
  nlohmann::json schema_;
  nlohmann::json defaults_ = nlohmann::json::object();  ///< of required properties
  std::string only_;       ///< the property that the input is; empty: none
  bool is_text_ = false;   ///< it takes the input as it is
  bool has_more_ = false;  ///< whether there are others beside it
};

}  // namespace toolformer::tools
