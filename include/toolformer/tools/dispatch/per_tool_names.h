// SPDX-License-Identifier: Apache-2.0
// Whether the tools that "-for" flags name exist: `--k-for Calculater=3` would set nothing.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "toolformer/base/error.h"
#include "toolformer/base/per_tool.h"
#include "toolformer/tools/dispatch/toolbox_file.h"

namespace toolformer::tools {

struct KnownTools {
  std::vector<std::string> named;  ///< --tools
  std::string toolbox;             ///< --toolbox; empty: the shipped one
};

/// Throws UsageError that names the flag and the nearest tool for a tool that is neither named nor
/// may be in the toolbox.
template <class T>
void check_tools_of(const base::PerTool<T>& setting, std::string_view flag,
                    const KnownTools& known) {
  for (const auto& [tool, value] : setting.by_tool) {
    if (std::find(known.named.begin(), known.named.end(), tool) != known.named.end()) continue;
    const ToolboxFile file = read_toolbox_files(known.toolbox);
    try {
      check_tool_names(file, {tool});
    } catch (const base::UsageError& error) {
      base::throw_error<base::UsageError>("--{}-for {}: {}", flag, tool, error.what());
    }
  }
}

}  // namespace toolformer::tools
