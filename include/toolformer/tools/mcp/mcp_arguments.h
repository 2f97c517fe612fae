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
  explicit McpArguments(nlohmann::json schema) : schema_(std::move(schema)) { find_text(); }

  /// A tool whose one property is a string gets the input as it is. So does one with a single
  /// required property, a string, unless the input begins with `{`. Else the input is a JSON
  /// object; a blank one is empty. bad_input when it does not fit the schema.
  std::variant<nlohmann::json, Outcome> read(std::string_view input) const;

 private:
  void find_text();
  std::string example() const;
  nlohmann::json schema_;
  std::string text_;       ///< the property that takes the input as it is; empty: none
  bool has_more_ = false;  ///< whether there are others beside it
};

}  // namespace toolformer::tools
