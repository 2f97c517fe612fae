// SPDX-License-Identifier: Apache-2.0
// Apertium (apertium.org): translation by rules, as a pipeline of programs that stays and
// translates text after text. Its own `apertium -z` does not answer before the end of its input
// (3.8.3), so the pipeline is made from the mode file here.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace toolformer::tools {

struct ApertiumMode {
  /// For `sh -c`: each program answers at each zero byte, and unknown words carry no mark. Every
  /// word of it is quoted: the shell does nothing but start programs.
  std::string pipeline;
  std::vector<std::filesystem::path> data;  ///< the files that it reads
};

/// A mode file, e.g. /usr/share/apertium/modes/spa-eng.mode. Throws UsageError when it is not there
/// or holds anything else than a pipeline of programs.
ApertiumMode read_apertium_mode(const std::filesystem::path& file);

/// What the pipeline reads as this text: one line, ended by a zero byte.
std::string to_apertium(std::string_view text);
/// The text of what it answers, without the end of the line.
std::string from_apertium(std::string_view answer);

}  // namespace toolformer::tools
