// SPDX-License-Identifier: Apache-2.0
// Prompt files, per tool: configs/prompts/<tool>.demos.txt (primed: demonstrations of augmented text that the document
// continues) and configs/prompts/<tool>.txt (instruct: instruction, Input/Output pairs, one hole `{text}`).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace toolformer::text {

enum class PromptStyle { kPrimed, kInstruct };
PromptStyle parse_prompt_style(std::string_view name);  ///< "primed" | "instruct"

struct Prompt {
  PromptStyle style = PromptStyle::kPrimed;
  std::string before;  ///< stands before the document (primed) or before its copy in the hole (instruct)
  std::string between; ///< instruct: what stands between the hole and the model's own copy; empty when primed
  std::string sha256;  ///< of the file
};

/// Reads the prompt of a tool ("Calculator" -> calculator.demos.txt or calculator.txt). Throws UsageError that names
/// the missing file, or says that the hole is missing or stands there twice.
Prompt load_prompt(const std::filesystem::path& directory, std::string_view tool, PromptStyle style);

/// The directory of the shipped prompts: $TOOLFORMER_CONFIGS/prompts, the installed share directory, or the source tree.
std::filesystem::path default_prompt_directory();

}  // namespace toolformer::text
