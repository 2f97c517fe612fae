// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/toolbox_file.h"

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "toolformer/base/error.h"
#include "toolformer/base/suggest.h"
#include "toolformer/tools/per_tool.h"

namespace toolformer::filter {
namespace {

std::vector<CLI::ConfigItem> parse(const std::filesystem::path& path) {
  try {
    return CLI::ConfigTOML().from_file(path.string());
  } catch (const CLI::Error& error) {
    base::throw_error<base::UsageError>("--toolbox {}: {}", path.string(), error.what());
  }
}

[[noreturn]] void refuse_key(const std::filesystem::path& path, const std::string& key) {
  const std::vector<std::string> known = {"tools", "index", "now", "decimals"};
  const auto nearest = base::nearest_name(key, known);
  base::throw_error<base::UsageError>(
      "--toolbox {}: unknown key `{}`{}; known are tools, index, now, decimals", path.string(), key,
      nearest ? ", perhaps `" + *nearest + "`" : "");
}

}  // namespace

void read_toolbox_file(const std::filesystem::path& path, tools::ToolboxOptions& options) {
  for (const CLI::ConfigItem& item : parse(path)) {
    if (item.name == "++" || item.name == "--") continue;  // the parser's marks of a section
    const std::string value = item.inputs.empty() ? "" : item.inputs.front();
    if (item.name == "tools") {
      if (options.tools.empty()) options.tools = item.inputs;
    } else if (item.name == "index") {
      if (options.index.empty()) options.index = (path.parent_path() / value).string();
    } else if (item.name == "now") {
      if (!options.now) options.now = value;
    } else if (item.name == "decimals") {
      options.decimals =
          tools::parse_setting<int>("toolbox " + path.string() + ": decimals", value);
    } else {
      refuse_key(path, item.name);
    }
  }
}

}  // namespace toolformer::filter
