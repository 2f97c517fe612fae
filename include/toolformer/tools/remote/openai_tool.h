// SPDX-License-Identifier: Apache-2.0
// kind = "openai": questions or translations through a server with OpenAI's interface (llama.cpp,
// vLLM, Ollama, hosted ones). Beside the settings of endpoint.h, where url ends in "/v1":
//
//   api          "chat" (default) or "completions"
//   model        its name there
//   system       system message of a chat (default: none)
//   prompt       with a hole {input} (default: "{input}")
//   max_tokens   (default: 64)
//   temperature  (default: 0)
//   seed         (default: 0)
//   stop         texts that end the answer (default: none for chat, a newline for completions)
//   answer       "line": the first line that is not blank (default); "sentence": its first
//                sentence; "all"
//
// With `source` or `target` (source_language.h) it translates: {source} and {target} are holes of
// system and prompt, and `system` asks for a translation by default.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "toolformer/formats/toml_table.h"
#include "toolformer/tools/contract/tool.h"
#include "toolformer/tools/contract/tool_resources.h"

namespace toolformer::tools {

std::vector<std::unique_ptr<Tool>> make_openai_tool(const std::string& name,
                                                    formats::TomlTable& settings,
                                                    const ToolResources& resources);

}  // namespace toolformer::tools
