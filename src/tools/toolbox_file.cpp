// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/toolbox_file.h"

#include "toolformer/text/prompt.h"

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

bool is_used_by_default(const ToolboxEntry& entry, const std::string& index) {
  return entry.enabled &&
         (entry.kind != "wiki_search" || !index.empty() || entry.settings.has("index"));
}

std::filesystem::path default_toolbox_file() {
  return text::default_prompt_directory().parent_path() / "tools.toml";
}

}  // namespace toolformer::tools
