// SPDX-License-Identifier: Apache-2.0
// The command line before and after CLI11 reads it.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace toolformer::apps {

/// The arguments as CLI11 is to read them, without the program's name. "--" ends the options, also
/// behind one that takes a list. Throws UsageError where a flag stands in the place of another
/// flag's value.
std::vector<std::string> prepared_arguments(const CLI::App& app, int argc, const char* const* argv);

/// "~/x" and "NAME=~/x" in the value of an option: the shell leaves them in --output=~/x and in
/// files. Not in texts (--prompt) and not where such a file is there.
void expand_home(CLI::App& app);

/// The command line that goes on with what it began: quoted for a shell, without --restart. Of a
/// process that a launcher started, or of a long command, a sentence says it instead.
std::string command_that_goes_on(const std::string& program, int argc, const char* const* argv);

}  // namespace toolformer::apps
