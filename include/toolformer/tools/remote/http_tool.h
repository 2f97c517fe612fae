// SPDX-License-Identifier: Apache-2.0
// kind = "http": any web service that answers one request. Beside the settings of endpoint.h:
//
//   url     with {input} where the input belongs, percent-encoded; {key}, too
//   body    JSON, {input} in its strings; given: the request is a POST
//   method  (default: GET, or POST with a body)
//   answer  JSON pointer of the answer, e.g. "/results/0/text"; not given: the answer is plain text
//
// An answer in HTML is refused: it is a page for people, often a login or an error.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "toolformer/formats/toml_table.h"
#include "toolformer/tools/contract/tool.h"
#include "toolformer/tools/contract/tool_resources.h"

namespace toolformer::tools {

std::vector<std::unique_ptr<Tool>> make_http_tool(const std::string& name,
                                                  formats::TomlTable& settings,
                                                  const ToolResources& resources);

}  // namespace toolformer::tools
