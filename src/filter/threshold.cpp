// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/threshold.h"

#include <algorithm>
#include <functional>
#include <limits>

#include "toolformer/filter/select.h"
#include "toolformer/record/document_reader.h"

namespace toolformer::filter {

double floor_of(std::vector<double> deltas, std::size_t keep) {
  if (keep == 0) return std::numeric_limits<double>::infinity();
  if (keep >= deltas.size()) return -std::numeric_limits<double>::infinity();
  const auto nth = deltas.begin() + static_cast<std::ptrdiff_t>(keep - 1);
  std::nth_element(deltas.begin(), nth, deltas.end(), std::greater<>());
  return *nth;
}

std::map<std::string, double> find_floors(const Options& options, const record::RunOptions& run) {
  const Criteria criteria = criteria_of(options);
  std::map<std::string, std::vector<double>> passing;
  std::map<std::string, std::size_t> places;  // with a scored call
  record::DocumentReader reader(run);
  while (auto item = reader.next()) {
    if (item->reject) continue;
    record::Document& document = item->document;
    for (record::Call& call : document.calls) {
      call.delta.reset();
      if (call.loss) call.delta = delta_of(criteria.of(call.tool).baseline, call);
    }
    const auto passes_here = [&](const record::Call& call) {
      return passes(criteria.of(call.tool), *call.delta);
    };
    for (const std::size_t i : choose_calls(document, passes_here)) {
      passing[document.calls[i].tool].push_back(*document.calls[i].delta);
    }
    for (record::Call& call : document.calls)  // a place without a delta counts by its upper bound
      if (call.loss && !call.delta)
        call.delta = largest_delta(criteria.of(call.tool).baseline, *call.loss);
    const auto any = [](const record::Call&) { return true; };
    for (const std::size_t i : choose_calls(document, any)) ++places[document.calls[i].tool];
  }
  std::map<std::string, double> floors;
  for (const auto& [tool, deltas] : passing) {
    std::size_t keep = options.keep_top.value_or(deltas.size());
    if (options.keep_fraction) {
      const double share = *options.keep_fraction * static_cast<double>(places[tool]);
      keep = std::min(keep, static_cast<std::size_t>(share));
    }
    floors[tool] = floor_of(deltas, keep);
  }
  return floors;
}

}  // namespace toolformer::filter
