// SPDX-License-Identifier: Apache-2.0
// What a kind of tool makes its tools of, and the signature that all kinds share. A kind reads its
// own keys of the table [tool.NAME]; the keys that all kinds share are read by whoever calls it
// (tool_settings.h), and a key that neither read is refused.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "toolformer/formats/toml_table.h"
#include "toolformer/lm/language_model.h"
#include "toolformer/tools/contract/tool.h"

namespace toolformer::tools {

struct ToolResources {
  std::filesystem::path folder;    ///< of the toolbox file: relative paths are relative to it
  std::string index;               ///< WikiSearch, qa_reader: the file tf-index wrote; empty: none
  std::optional<std::string> now;  ///< Calendar: ISO 8601, where a document has no date
  int decimals = 2;                ///< Calculator: places of a result that is no integer
  bool exclude_own = true;         ///< WikiSearch, qa_reader: not CallContext::own
  bool unsafe_no_sandbox = false;  ///< run programs without the sandbox where there is none
  /// qa_reader: loads a model of its own from a path; an empty path means the run's --model. Throws
  /// as load_language_model does. Empty where a program has no models.
  std::function<std::unique_ptr<lm::LanguageModel>(const std::string& path)> load_model;
};

/// Makes the tools of one entry: one for most kinds, as many as a server offers for `mcp`. `name`
/// is that of the table: what calls will name, or (mcp) what stands before it. Throws UsageError
/// for settings that cannot be used.
using ToolFactory = std::function<std::vector<std::unique_ptr<Tool>>(
    const std::string& name, formats::TomlTable& settings, const ToolResources& resources)>;

/// The list that most kinds return.
std::vector<std::unique_ptr<Tool>> one_tool(std::unique_ptr<Tool> tool);

}  // namespace toolformer::tools
