// SPDX-License-Identifier: Apache-2.0
#include "toolformer/calls/prompt.h"

#include <spdlog/spdlog.h>

#include <cstdlib>
#include <system_error>

#include "toolformer/base/atomic_file.h"
#include "toolformer/base/error.h"
#include "toolformer/base/sha256.h"
#include "toolformer/base/utf8.h"

namespace toolformer::calls {
namespace {

constexpr std::string_view kHole = "{text}";
constexpr std::size_t kMaxPromptBytes = 1U << 20U;

std::string lower_case(std::string_view name) {
  std::string out(name);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

/// Editors differ in how they end a file; the model must not see the difference.
std::string with_ending(std::string_view text, std::string_view ending) {
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  return std::string(text.substr(0, last + 1)) + std::string(ending);
}

void split_at_hole(const std::filesystem::path& file, std::string_view text, Prompt& prompt) {
  const std::size_t hole = text.find(kHole);
  if (hole == std::string_view::npos) {
    base::throw_error<base::UsageError>(
        "{}: the hole {} is missing; put it where the document shall stand", file.string(), kHole);
  }
  if (text.find(kHole, hole + kHole.size()) != std::string_view::npos) {
    base::throw_error<base::UsageError>("{}: the hole {} stands there twice; keep one",
                                        file.string(), kHole);
  }
  prompt.before = text.substr(0, hole);
  prompt.between = with_ending(text.substr(hole + kHole.size()), "\n");
}

/// That of the directory, else the shipped one.
std::filesystem::path prompt_file(const std::filesystem::path& directory, std::string_view tool,
                                  PromptStyle style) {
  const std::string name =
      lower_case(tool) + (style == PromptStyle::kPrimed ? ".demos.txt" : ".txt");
  std::error_code error;
  if (!std::filesystem::is_directory(directory, error)) {
    base::throw_error<base::UsageError>("--prompts {}: there is no such directory",
                                        directory.string());
  }
  if (std::filesystem::is_regular_file(directory / name, error)) return directory / name;
  const std::filesystem::path shipped = default_prompt_directory() / name;
  if (std::filesystem::is_regular_file(shipped, error)) {
    spdlog::info("{} has no {}: the shipped prompt of {} is used", directory.string(), name, tool);
    return shipped;
  }
  base::throw_error<base::UsageError>(
      "{}: there is no such file, and the {} prompt of {} should be there; give its directory with "
      "--prompts",
      (directory / name).string(), base::name_of(style), tool);
}

}  // namespace

Prompt load_prompt(const std::filesystem::path& directory, std::string_view tool,
                   PromptStyle style) {
  const std::filesystem::path file = prompt_file(directory, tool, style);
  const std::string text = base::read_file(file, kMaxPromptBytes);
  if (const auto at = base::find_invalid_utf8(text)) {
    base::throw_error<base::UsageError>("{}: byte {} is not UTF-8; save the file as UTF-8",
                                        file.string(), *at);
  }
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
    base::throw_error<base::UsageError>("{}: the file is empty", file.string());
  }
  Prompt prompt;
  prompt.style = style;
  prompt.sha256 = base::sha256(text);
  if (style == PromptStyle::kPrimed) {
    prompt.before = with_ending(text, "\n\n");
  } else {
    split_at_hole(file, text, prompt);
  }
  return prompt;
}

std::filesystem::path default_prompt_directory() {
  if (const char* configs = std::getenv("TOOLFORMER_CONFIGS"); configs != nullptr && *configs) {
    return std::filesystem::path(configs) / "prompts";
  }
  // Beside an installed program: <prefix>/bin/tf-annotate, <prefix>/share/toolformer/prompts.
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) {
    const std::filesystem::path installed =
        program.parent_path().parent_path() / TOOLFORMER_INSTALLED_CONFIGS / "prompts";
    if (std::filesystem::is_directory(installed, error)) return installed;
  }
  return std::filesystem::path(TOOLFORMER_SOURCE_CONFIGS) / "prompts";
}

std::string load_demonstrations(const std::filesystem::path& directory,
                                std::span<const std::string> tools) {
  const std::filesystem::path where = directory.empty() ? default_prompt_directory() : directory;
  std::string demonstrations;
  for (const std::string& tool : tools)
    demonstrations += load_prompt(where, tool, PromptStyle::kPrimed).before;
  return demonstrations;
}

}  // namespace toolformer::calls
