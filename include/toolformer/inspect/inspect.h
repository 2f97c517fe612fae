// SPDX-License-Identifier: Apache-2.0
// tf-inspect. Reads: any JSONL of the stages, metrics.jsonl, and ....summary.json beside an input.
// Writes: a view for people, never a file that a stage reads.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "toolformer/inspect/options.h"
#include "toolformer/inspect/styled_text.h"

namespace toolformer::inspect {

struct Output {
  std::function<bool(std::string_view)> print;  ///< the answer; false: nobody reads it any more
  std::function<void(const std::string&)> complain;  ///< a line that was skipped, and why
};

/// Shows what the options ask for. Throws UsageError for inputs that are missing, DataError when no
/// line could be read.
void inspect(const Options& options, const Page& page, const Output& output);

}  // namespace toolformer::inspect
