// SPDX-License-Identifier: Apache-2.0
// Step 3: decides. Reads: loss (delta is computed from it again, so another baseline needs no
// model). Writes: delta, keep, reason and `augmented`. A call is kept when its delta passes and no
// other passing call at the same byte, of any tool, has a larger one; of equal ones the first of
// the list. Calls without losses are not kept.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "toolformer/calls/call_syntax.h"
#include "toolformer/filter/criterion.h"
#include "toolformer/record/document.h"
#include "toolformer/record/summary.h"

namespace toolformer::filter {

struct SelectSettings {
  Criteria criteria;
  std::map<std::string, double>
      floor;  ///< per tool: no smaller delta is kept (keep-top, keep-fraction)
  calls::Markers markers;
};

/// Indices into document.calls, rising. Uses `delta` as it stands; a pure function.
std::vector<std::size_t> choose_calls(const record::Document& document,
                                      const std::function<bool(const record::Call&)>& passes);

/// Counts per tool: selected.<tool>.{kept,below,any_result,not_best,unscored,unmeasured},
/// delta.<tool>.<bucket
/// of 0.5 nats>, and kept_at.<tool>.gamma_<g>: what would be kept at the thresholds of a grid
/// (gamma_0_25 is 0.25). unmeasured_at.<tool>.gamma_<g>: calls that might be, too, if `--losses
/// needed` had not left out their loss without the result. documents.kept.
void select(const SelectSettings& settings, record::Document& document, record::Summary& summary);

}  // namespace toolformer::filter
