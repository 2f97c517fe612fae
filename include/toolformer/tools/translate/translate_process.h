// SPDX-License-Identifier: Apache-2.0
// kind = "translate_process": a program in the sandbox that stays and translates line after line.
// The language of each input is known or identified first (source_language.h).
//
//   command   a list: the program and its arguments, {source} and {target} in them stand for the
//             codes of the languages. To each line it answers one line.
//   apertium  in its place, modes of Apertium by the language that they translate from:
//             { es = "spa-eng" }; other languages are bad_input
//   modes     folder of Apertium's mode files (default: /usr/share/apertium/modes)
//
// and the settings of source_language.h and confined_program.h. There is a process for each source
// language and each call that has to wait for another one; they stay until the tool is gone.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "toolformer/tools/contract/tool_resources.h"

namespace toolformer::tools {

std::vector<std::unique_ptr<Tool>> make_translate_process(const std::string& name,
                                                          formats::TomlTable& settings,
                                                          const ToolResources& resources);

}  // namespace toolformer::tools
