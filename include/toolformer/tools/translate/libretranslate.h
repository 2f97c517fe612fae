// SPDX-License-Identifier: Apache-2.0
// kind = "libretranslate": translations through a server with LibreTranslate's interface
// (POST {url}/translate). Beside the settings of endpoint.h and source_language.h:
//
//   source = "server"   the server identifies the language itself
//
// LibreTranslate takes its key in the request, not in a header: key_env is all it needs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "toolformer/formats/toml_table.h"
#include "toolformer/tools/contract/tool.h"
#include "toolformer/tools/contract/tool_resources.h"

namespace toolformer::tools {

std::vector<std::unique_ptr<Tool>> make_libretranslate_tool(const std::string& name,
                                                            formats::TomlTable& settings,
                                                            const ToolResources& resources);

}  // namespace toolformer::tools
