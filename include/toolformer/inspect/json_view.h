// SPDX-License-Identifier: Apache-2.0
// The summary and the comparison for other programs (--json): one JSON object a line.
#pragma once

#include <string>

#include "toolformer/inspect/compare.h"
#include "toolformer/inspect/funnel.h"

namespace toolformer::inspect {

/// A line per tool: {"tool", "documents", "calls", "with_result", "errors", "lost", "kept", "gain",
/// "curve": [{"gamma", "kept", "documents", "right"}]}.
std::string funnel_json(const Funnel& funnel);

/// A line per call or item: {"document", "tool", "call", "a": {"there", "kept", "delta"}, "b":
/// ...};
/// {"id", "task", "a": {"output", "right"}, "b": ...}.
std::string comparison_json(const Comparison& comparison);

}  // namespace toolformer::inspect
