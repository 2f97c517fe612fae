// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/no_match.h"

#include <fmt/format.h>

namespace toolformer::inspect {

void NoMatch::add(const record::Document& document) {
  ++documents_;
  for (const record::Call& call : document.calls) {
    Calls& calls = tools_[call.tool];
    ++calls.all;
    if (call.keep) ++calls.decided;
  }
}

std::string NoMatch::reason(const Options& options) const {
  if (documents_ > 0 && !options.id.empty())
    return fmt::format("none of the {} records has the id {} and what else is asked for",
                       documents_, options.id);
  const bool asks = options.kept || options.dropped || !options.tool.empty();
  if (!asks || documents_ == 0) return "";
  if (tools_.empty()) {
    return fmt::format("none of the {} documents holds a call; run tf-annotate first", documents_);
  }
  const std::string of_tool = options.tool.empty() ? "" : " of " + options.tool;
  Calls calls;
  std::string known;
  for (const auto& [name, one] : tools_) {
    known += fmt::format("{}{} ({})", known.empty() ? "" : ", ", name, one.all);
    if (!options.tool.empty() && name != options.tool) continue;
    calls.all += one.all;
    calls.decided += one.decided;
  }
  if (calls.all == 0) return fmt::format("no call{}; there are: {}", of_tool, known);
  if (options.dropped) return fmt::format("all {} calls{} are kept", calls.all, of_tool);
  if (calls.decided == 0) {
    return fmt::format("no call{} is decided yet ({} candidates): run tf-filter", of_tool,
                       calls.all);
  }
  return fmt::format("none of the {} calls{} is kept; --dropped shows why", calls.all, of_tool);
}

}  // namespace toolformer::inspect
