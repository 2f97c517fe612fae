// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/dispatch/toolbox_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "toolformer/base/error.h"
#include "toolformer/base/suggest.h"
#include "toolformer/calls/prompt.h"

namespace toolformer::tools {

ToolboxFile read_toolbox_file(const std::filesystem::path& path) {
  formats::TomlTable table = formats::TomlTable::read_file(path);
  ToolboxFile file;
  const std::filesystem::path folder = path.parent_path();
  file.tools = table.strings("tools");
  if (const auto index = table.optional_string("index")) file.index = (folder / *index).string();
  file.now = table.optional_string("now");
  if (table.has("decimals")) {
    file.decimals = static_cast<int>(table.integer("decimals", 0, {.low = 0, .high = 15}));
  }
  if (std::optional<formats::TomlTable> tools = table.table("tool")) {
    for (const std::string& name : tools->keys()) {
      formats::TomlTable settings = tools->table(name).value();
      ToolboxEntry entry{.kind = settings.required_string("kind"),
                         .enabled = settings.boolean("enabled", true),
                         .settings = settings,
                         .folder = folder,
                         .origin = settings.place()};
      file.entries.emplace(name, std::move(entry));
    }
  }
  table.refuse_unknown_here();
  return file;
}

ToolboxFile read_toolbox_files(const std::filesystem::path& own) {
  ToolboxFile file = read_toolbox_file(default_toolbox_file());
  if (own.empty()) return file;
  ToolboxFile more = read_toolbox_file(own);
  if (!more.tools.empty()) file.tools = std::move(more.tools);
  if (!more.index.empty()) file.index = std::move(more.index);
  if (more.now) file.now = std::move(more.now);
  if (more.decimals) file.decimals = more.decimals;
  for (auto& [name, entry] : more.entries) file.entries.insert_or_assign(name, std::move(entry));
  return file;
}

void refuse_tool(const ToolboxFile& file, const std::string& name) {
  std::vector<std::string> known;
  for (const auto& [entry, settings] : file.entries) known.push_back(entry);
  const auto nearest = base::nearest_name(name, known);
  base::throw_error<base::UsageError>(
      "tool `{}` is unknown{}; there are {}; --toolbox FILE adds others", name,
      nearest ? fmt::format(" (did you mean {}?)", *nearest) : "", fmt::join(known, ", "));
}

void check_tool_names(const ToolboxFile& file, const std::vector<std::string>& names) {
  const bool has_server = std::any_of(
      file.entries.begin(), file.entries.end(),
      [](const auto& entry) { return entry.second.enabled && entry.second.kind == "mcp"; });
  for (const std::string& name : names) {
    if (!has_server && file.entries.count(name) == 0) refuse_tool(file, name);
  }
}

bool is_used_by_default(const ToolboxEntry& entry, const std::string& index) {
  return entry.enabled &&
         (entry.kind != "wiki_search" || !index.empty() || entry.settings.has("index"));
}

std::filesystem::path default_toolbox_file() {
  return calls::default_prompt_directory().parent_path() / "tools.toml";
}

}  // namespace toolformer::tools
