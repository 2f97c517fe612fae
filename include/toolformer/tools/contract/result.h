// SPDX-License-Identifier: Apache-2.0
// What a tool returned, made fit to stand in a line of text: results come from files, servers and
// programs that nobody here controls.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "toolformer/tools/contract/tool.h"

namespace toolformer::tools {

struct ResultLimits {
  std::size_t characters = 300;  ///< of the cleaned result; at least 1
  /// Likewise, at least 1. Counted about, for any model, so that a limit gives every model, and a
  /// run without one, the same text: four ASCII letters, one digit or sign, one ideograph, two
  /// letters of other alphabets, half an emoji make one.
  std::size_t tokens = 100;
  std::string open_marker = " [";  ///< what a result must not open a call with, besides `<API>`
};

/// The result as one line: Unicode NFC, without terminal escapes, control and format characters
/// (bidi, zero width), every run of blanks and newlines one space, none at the ends, cut before the
/// last word that does not fit, never inside a character with its combining marks. What may stand
/// in it of a close marker is escaped where the call is written (calls/call_syntax.h). Errors:
/// bad_result (not UTF-8; or it would open a call: an open marker and behind it `Name(`, also in
/// compatibility characters such as full-width ones), no_result (nothing is left).
Outcome clean_result(std::string_view raw, const ResultLimits& limits = {});

}  // namespace toolformer::tools
