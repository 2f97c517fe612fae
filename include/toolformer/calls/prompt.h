// SPDX-License-Identifier: Apache-2.0
// Prompt files, per tool: configs/prompts/<tool>.demos.txt (primed: paragraphs of augmented text,
// the document is the next paragraph) and configs/prompts/<tool>.txt (instruct: instruction,
// Input/Output pairs, one hole `{text}`; the model's copy of the document begins on the line
// behind). How many newlines end the file does not matter.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "toolformer/base/enum_names.h"

namespace toolformer::calls {

enum class PromptStyle { kPrimed, kInstruct };
constexpr base::Names<2> names_of(PromptStyle /*type*/) {
  return {"primed", "instruct"};
}

struct Prompt {
  PromptStyle style = PromptStyle::kPrimed;
  std::string before;   ///< stands before the document (primed, ends with a blank line) or before
                        ///< the hole (instruct)
  std::string between;  ///< instruct: what stands between the hole and the model's own copy; empty
                        ///< when primed
  std::string sha256;   ///< of the file
};

/// Reads the prompt of a tool ("Calculator" -> calculator.demos.txt or calculator.txt), the shipped
/// one where the directory has none (the log says so). Throws UsageError that names the file that
/// is missing, empty or not UTF-8, or says that the hole is missing or stands there twice.
Prompt load_prompt(const std::filesystem::path& directory, std::string_view tool,
                   PromptStyle style);

/// The directory of the shipped prompts: $TOOLFORMER_CONFIGS/prompts, the installed share
/// directory, or the source tree.
std::filesystem::path default_prompt_directory();

/// The demonstrations of several tools, one behind the other; an empty directory: the shipped ones.
/// Throws as load_prompt does.
std::string load_demonstrations(const std::filesystem::path& directory,
                                std::span<const std::string> tools);

}  // namespace toolformer::calls
