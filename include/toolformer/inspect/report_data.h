// SPDX-License-Identifier: Apache-2.0
// The report as the JSON that its script reads (src/inspect/page/*.js). Names are short where there
// is one per call.
//   card      [[name, value]]
//   problems  [sentence]
//   counts    {read, found, shown, calls}
//   tools     {tool: {funnel: [[name, count, kind]], gain, gamma, unit, checked_by,
//              best: [[delta, right]] falling, right 1, 0 or null, documents: [delta] falling,
//              deltas: [delta] rising, positions: [[places, mean p(call)]], runs: [[name, count]]}}
//   documents [{id, text, date, calls: [{t tool, a at (bytes), i input, r result, e [kind,
//   message],
//              d delta, l {plain, no_result, result, other}, p p(call), k fate, w why not, n how
//              many equal ones, g right, x token losses}]}]
//   training  [{name, series: {name: [[step, value]]}}]
//   results   [{task, items, rules, rows: [{row, right: {rule: [value, low, high]}, difference,
//              called, ...}]}]
//   items     [{task, rows: [name], items: [{id, prompt, gold, outputs: [[output, answers] or null
//              per row]}]}]
//   compare   {names, documents, calls: [[document, text, delta A, delta B, kept A, kept B]]}
#pragma once

#include <nlohmann/json.hpp>

#include "toolformer/inspect/options.h"
#include "toolformer/inspect/report.h"

namespace toolformer::inspect {

nlohmann::ordered_json report_data(const Report& report, const Options& options);

/// The parts of it about evaluations: results and items.
void add_evaluation(const Report& report, nlohmann::ordered_json& data);

}  // namespace toolformer::inspect
