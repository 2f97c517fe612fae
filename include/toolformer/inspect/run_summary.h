// SPDX-License-Identifier: Apache-2.0
// What the records cannot show, because it was dropped before it became one: the counts of
// ....summary.json.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "toolformer/inspect/styled_text.h"

namespace toolformer::inspect {

/// `counts` and `seconds` of several summaries, added up by their path
/// ("calls.Calculator.no_close").
class RunSummary {
 public:
  void add(const nlohmann::ordered_json& summary);
  const std::map<std::string, double>& sums() const { return sums_; }
  /// Tool -> "1 nats over the window": the gamma of tf-filter and the unit of gamma and delta.
  const std::map<std::string, std::string>& gammas() const { return gammas_; }

 private:
  std::map<std::string, double> sums_;
  std::map<std::string, std::string> gammas_;
};

/// Adds the summary beside a file of records; false: there is none.
bool add_summary(const std::string& record_file, RunSummary& total);

/// The summaries beside the inputs, added up; empty when there are none.
std::string run_summaries_view(const std::vector<std::string>& input, const Page& page);

}  // namespace toolformer::inspect
