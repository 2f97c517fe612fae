// SPDX-License-Identifier: Apache-2.0
// What a tool returned, made fit to stand in a line of text: results come from files, servers and
// programs that nobody here controls.
#pragma once

#include <cstddef>
#include <string_view>

#include "toolformer/tools/tool.h"

namespace toolformer::tools {

struct ResultLimits {
  std::size_t characters = 300;  ///< of the cleaned result; at least 1
  std::size_t tokens = 100;      ///< likewise, by estimate_tokens(); at least 1
};

/// The result as one line: Unicode NFC, without terminal escapes, control and format characters
/// (bidi, zero width), every run of blanks and newlines one space, none at the ends, cut before the
/// last word that does not fit, never inside a character with its combining marks. Errors:
/// bad_result (not UTF-8), no_result (nothing is left).
Outcome clean_result(std::string_view raw, const ResultLimits& limits = {});

}  // namespace toolformer::tools
