// SPDX-License-Identifier: Apache-2.0
// The kinds `command` and `python`: a program that runs once a call, in the sandbox, without a
// shell. The input is its standard input, or one whole argument; the result is its standard output.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "toolformer/tools/contract/tool_resources.h"

namespace toolformer::tools {

/// Keys: command (a list: the program and its arguments; one of them may be "{input}", else the
/// input is read from standard input) and those of confined_program.h. Errors of a call:
/// tool_failed (exit code, signal; the end of its standard error is quoted), timeout, too_large,
/// unavailable, bad_input (as an argument: a zero byte, or a leading "-" where no "--" stands
/// before it).
std::vector<std::unique_ptr<Tool>> make_command_tool(const std::string& name,
                                                     formats::TomlTable& settings,
                                                     const ToolResources& resources);

/// A code interpreter: the input is Python, the result what it prints. Keys: interpreter
/// ("python3") and those of confined_program.h.
std::vector<std::unique_ptr<Tool>> make_python_tool(const std::string& name,
                                                    formats::TomlTable& settings,
                                                    const ToolResources& resources);

}  // namespace toolformer::tools
