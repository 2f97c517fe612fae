// SPDX-License-Identifier: Apache-2.0
// A tool as a toolbox file would make it.
#pragma once

#include <memory>
#include <string>

#include "toolformer/formats/toml_table.h"
#include "toolformer/tools/contract/tool.h"
#include "toolformer/tools/contract/tool_resources.h"
#include "toolformer/tools/dispatch/toolbox.h"

namespace toolformer::tools {

/// Of settings in TOML, `kind` among them; refuses unknown keys.
inline std::unique_ptr<Tool> made_tool(const std::string& toml) {
  formats::TomlTable settings = formats::TomlTable::parse(toml, "test.toml");
  const std::string kind = settings.required_string("kind");
  auto tools = tool_kinds().find(kind)->second("Tool", settings, ToolResources{});
  settings.refuse_unknown();
  return std::move(tools.at(0));
}

/// What the tool gives, or "kind: message".
inline std::string told(const Tool& tool, std::string_view input) {
  const Outcome outcome = tool.call(input, {});
  return outcome.ok() ? outcome.result : outcome.error_kind + ": " + outcome.error_message;
}

}  // namespace toolformer::tools
