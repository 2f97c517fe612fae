// SPDX-License-Identifier: Apache-2.0
// What became of a call, in words: the same for the terminal and the report.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "toolformer/inspect/options.h"
#include "toolformer/record/document.h"

namespace toolformer::inspect {

enum class Fate { kKept, kDropped, kFailed, kCandidate };

Fate fate_of(const record::Call& call);
std::string fate_name(Fate fate);  ///< "kept" | "dropped" | "failed" | "candidate"

/// "Calculator(48 / 320) -> 0.15", as it was, control characters escaped; long inputs and results
/// are cut.
std::string call_text(const record::Call& call);
/// Why it was not kept, in words; empty for a kept call and for one that is still a candidate.
std::string reason_of(const record::Call& call);
/// The same as one of a few kinds that can be counted: "below the threshold", "not the best at its
/// place"; empty for other fates.
std::string lost_by(const record::Call& call);
/// "delta +1.340  loss: plain 2.310, no result 2.280, result 0.940  p(call) 0.083": what is known
/// of it.
std::string numbers_of(const record::Call& call);

/// Indices of the calls that the options select.
std::vector<std::size_t> selected_calls(const record::Document& document, const Options& options);
/// Equal samples at one place as one: the kept one of them, else the first, and how many they are.
struct EqualCalls {
  std::size_t call = 0;
  std::size_t count = 1;
};
std::vector<EqualCalls> merge_equal(const record::Document& document,
                                    const std::vector<std::size_t>& calls);
/// Whether a document is shown at all.
bool is_selected(const record::Document& document, const Options& options);
/// The largest delta of the selected calls; minus infinity when none has one.
double best_delta(const record::Document& document, const Options& options);

}  // namespace toolformer::inspect
