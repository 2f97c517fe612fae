// SPDX-License-Identifier: Apache-2.0
// kind = "mcp": the tools of any server of the Model Context Protocol, each under its own name.
//
//   command        the server as a program: a list, the program and its arguments; with the
//   settings
//                  of confined_program.h
//   url            the server behind a URL; with the settings of endpoint.h (one of the two)
//   tools          which of its tools (default: all)
//   names          what calls say in place of the server's names: { Sum = "get-sum" }
//   samples        inputs for `tf-tools check`, by the names that calls say: { Sum = '{"a": 1}' }
//   start_timeout  for the server to start and to list its tools (default: 30 s)
//
// A name that calls could not say has other characters than letters, digits and _ replaced by _.
// What a call's input becomes is said in mcp_arguments.h. Tools are listed once, when the toolbox
// is made. A program is started for each call that has to wait for another one, and stays.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "toolformer/tools/contract/tool_resources.h"

namespace toolformer::tools {

/// Throws UsageError when the server cannot be started or reached, or its tools cannot be used.
std::vector<std::unique_ptr<Tool>> make_mcp_tools(const std::string& name,
                                                  formats::TomlTable& settings,
                                                  const ToolResources& resources);

}  // namespace toolformer::tools
