// SPDX-License-Identifier: Apache-2.0
// The two flags of a PerTool setting. For options.cpp files only: it brings the parser with it.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <type_traits>

#include "toolformer/base/number_flag.h"
#include "toolformer/tools/contract/per_tool.h"

namespace toolformer::tools {

/// --`flag` and --`flag`-for.
template <class T>
void bind_per_tool(CLI::App& app, const std::string& flag, PerTool<T>& setting,
                   const std::string& description) {
  CLI::Option* all = app.add_option("--" + flag, setting.all, description);
  if constexpr (std::is_integral_v<T>) base::take_count(all);
  if constexpr (std::is_floating_point_v<T>) base::take_number(all);
  app.add_option("--" + flag + "-for", setting.by_tool,
                 "Tool=value: --" + flag + " for one tool; may be given several times")
      ->delimiter(',');
}

}  // namespace toolformer::tools
