// SPDX-License-Identifier: Apache-2.0
// Manual page and shell completions of a program, made from the very options that it parses.
// `PROGRAM --reference man|bash|zsh|fish` prints one; cmake --install puts all into place.
#pragma once

#include <string>
#include <string_view>

#include "app.h"

namespace toolformer::apps {

/// Throws UsageError for another kind.
std::string reference(std::string_view kind, const CLI::App& app, const Program& program);

}  // namespace toolformer::apps
