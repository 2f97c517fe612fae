// SPDX-License-Identifier: Apache-2.0
// Two runs over the same documents: which calls only one of them keeps, what each measured, and
// what two models wrote.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "toolformer/inspect/options.h"
#include "toolformer/inspect/styled_text.h"

namespace toolformer::inspect {

/// A call (document, tool, place, input) of either run. Equal samples are one call.
struct ComparedCall {
  std::string document, tool, text;  ///< `text` as call_text()
  std::optional<double> delta[2];    ///< nullopt: not there or not measured
  bool there[2] = {false, false};
  bool kept[2] = {false, false};
};

/// What two models wrote for one item.
struct ComparedOutput {
  std::string id, task, prompt, gold;
  std::string output[2];  ///< with the calls in line
  bool there[2] = {false, false};
  nlohmann::ordered_json answers[2];  ///< of tf-eval: [{"rule", "answer", "right"}, ...]
  std::optional<bool> right(std::size_t run) const;  ///< by the first rule
};

struct Comparison {
  std::string names[2];
  std::size_t documents[2] = {0, 0};
  std::vector<ComparedCall> calls;      ///< in the order of the first run, then of the second
  std::vector<ComparedOutput> outputs;  ///< likewise
};

/// `options.compare` names the two. Throws UsageError as find_run_files().
Comparison compare_runs(const Options& options);

std::string comparison_view(const Comparison& comparison, const Options& options, const Page& page);

}  // namespace toolformer::inspect
