// SPDX-License-Identifier: Apache-2.0
// --toolbox FILE.toml: the tools of a site in one place, shared by runs.
//   tools = ["Calculator", "WikiSearch"]   index = "wiki.index"   now = "2024-05-01"   decimals = 2
#pragma once

#include <filesystem>

#include "toolformer/tools/toolbox.h"

namespace toolformer::filter {

/// Fills what `options` leaves empty. A relative `index` is relative to the file. Throws UsageError
/// with file and key for a key that is unknown (naming the nearest) or a value that cannot be read.
void read_toolbox_file(const std::filesystem::path& path, tools::ToolboxOptions& options);

}  // namespace toolformer::filter
