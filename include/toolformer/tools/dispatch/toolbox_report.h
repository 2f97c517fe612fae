// SPDX-License-Identifier: Apache-2.0
// What tf-tools shows: the toolbox as it is configured, and whether each tool answers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "toolformer/tools/contract/tool.h"
#include "toolformer/tools/contract/toolbox_options.h"

namespace toolformer::tools {

/// One line per entry of the toolbox, sorted: name, kind, on or off, limits, the place it comes
/// from. Reads the files only: no tool is made or called.
std::string list_toolbox(const ToolboxOptions& options);

struct CheckedTool {
  std::string name;
  std::string kind;
  std::optional<std::string> input;  ///< what it was called with; nullopt: it was not
  Outcome outcome;                   ///< of the call, or why there is no such tool
  std::string remedy;                ///< empty when all is well
};

/// Makes and calls every tool that the options choose (with their sample input), each on its own,
/// so that one that cannot be made is a line of the report. `date` is what they are told.
std::vector<CheckedTool> check_toolbox(const ToolboxOptions& options, const std::string& date);

/// "ok    Calculator (calculator): 3 * 4 -> 12", and behind a failure why and what to do. A tool
/// that is there but has no sample input is a line "--    ...", which is no failure.
std::string show(const std::vector<CheckedTool>& tools);

}  // namespace toolformer::tools
