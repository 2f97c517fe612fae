// SPDX-License-Identifier: Apache-2.0
// A toolbox file: which tools there are, and how they are run. configs/tools.toml is the annotated
// one that every run begins with; --toolbox FILE adds to it and wins over it, entry by entry.
//   tools = ["Calculator", "QA"]   index = "wiki.index"   now = "2024-05-01"   decimals = 2
//   [tool.QA]                      # calls say QA(...)
//   kind = "http"                  # toolbox.cpp lists the kinds; each reads its own keys
//   enabled = true                 # false: only when --tools names it
//   timeout = "10 s"               # and whatever else tool_settings.h reads
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "toolformer/formats/toml_table.h"

namespace toolformer::tools {

struct ToolboxEntry {
  std::string kind;
  bool enabled = true;
  formats::TomlTable settings;   ///< what is left to read
  std::filesystem::path folder;  ///< of its file
  std::string origin;            ///< "configs/tools.toml:12"
};

struct ToolboxFile {
  std::vector<std::string> tools;
  std::string index;  ///< relative to the file's folder already resolved
  std::optional<std::string> now;
  std::optional<int> decimals;
  std::map<std::string, ToolboxEntry> entries;  ///< by name
};

/// Throws UsageError with file, line and key for a key that is unknown (naming the nearest) or a
/// value that cannot be read; an entry's own keys are checked by who makes the tool.
ToolboxFile read_toolbox_file(const std::filesystem::path& path);

/// The shipped file with the entries and values of `own`, where it has some, in place of its own.
/// An empty path: the shipped file.
ToolboxFile read_toolbox_files(const std::filesystem::path& own);

/// Whether the entry is used where nobody names tools: it is enabled, and a search has an index.
bool is_used_by_default(const ToolboxEntry& entry, const std::string& index);

/// Throws UsageError: no entry has that name; the nearest one is named.
[[noreturn]] void refuse_tool(const ToolboxFile& file, const std::string& name);

/// refuse_tool() for the first name that is neither an entry's nor may be that of a server's tool
/// (an enabled entry of kind mcp, whose tools only the server knows).
void check_tool_names(const ToolboxFile& file, const std::vector<std::string>& names);

/// The shipped file.
std::filesystem::path default_toolbox_file();

}  // namespace toolformer::tools
