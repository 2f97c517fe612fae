// SPDX-License-Identifier: Apache-2.0
// Everything that the HTML report shows, read from what a run left on disk.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "toolformer/inspect/compare.h"
#include "toolformer/inspect/funnel.h"
#include "toolformer/inspect/metrics_view.h"
#include "toolformer/inspect/options.h"
#include "toolformer/inspect/run_files.h"
#include "toolformer/inspect/run_summary.h"
#include "toolformer/record/document.h"

namespace toolformer::inspect {

/// The records to look at: those of tf-filter where there are any, else of tf-annotate, else all.
std::vector<RecordSource> latest_records(const RunFiles& files);

struct TrainingRun {
  std::string name;
  Metrics metrics;
};

/// Generations of one row of an evaluation: a model with a setting.
struct EvaluatedRow {
  std::string name;                         ///< "tools-1/call-top-k-1"
  std::string task;                         ///< "svamp"
  std::vector<record::Document> documents;  ///< in the order of the file
};

struct Report {
  std::vector<std::pair<std::string, std::string>> card;  ///< what was run: name and value
  std::vector<record::Document> documents;                ///< those that are shown
  std::size_t found = 0;                                  ///< those that the options select
  Funnel funnel;                                          ///< of all that were read
  std::map<std::string, RunSummary> summaries;            ///< by stage
  std::vector<TrainingRun> training;
  std::vector<nlohmann::ordered_json> results;  ///< results.json of tf-eval
  std::vector<EvaluatedRow> rows;
  std::optional<Comparison> comparison;
  std::vector<std::string> problems;  ///< lines that could not be read, what is missing
  std::size_t lines = 0;              ///< that were read
};

/// `complain` is told of every line that is skipped.
Report collect_report(const Options& options,
                      const std::function<void(const std::string&)>& complain);

}  // namespace toolformer::inspect
