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
                         .folder = folder};
      file.entries.emplace(name, std::move(entry));
    }
  }
  table.refuse_unknown_here();
  return file;
}

std::filesystem::path default_toolbox_file() {
  return text::default_prompt_directory().parent_path() / "tools.toml";
}

}  // namespace toolformer::tools
