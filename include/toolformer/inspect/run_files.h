// SPDX-License-Identifier: Apache-2.0
// What a run left on disk, told apart: records by the stage that wrote them, metrics, evaluations.
#pragma once

#include <string>
#include <vector>

namespace toolformer::inspect {

/// The record files of one folder, or files that were named.
struct RecordSource {
  std::string name;   ///< relative to the folder that was named: "filtered/Calculator"
  std::string stage;  ///< that wrote them: "annotate", "filter", "generate", "eval"; empty: nobody
  std::vector<std::string> files;
};

struct RunFiles {
  std::vector<RecordSource> records;
  std::vector<RecordSource> metrics;  ///< metrics.jsonl and validation.jsonl of one training run
  std::vector<std::string> results;   ///< results.json of tf-eval
  std::vector<std::string> notes;     ///< what is missing or was left out, a sentence each
};

/// `input`: as behind --input; a folder that holds folders is searched, checkpoints and hidden ones
/// left out. Throws UsageError for what is not there.
RunFiles find_run_files(const std::vector<std::string>& input);

}  // namespace toolformer::inspect
