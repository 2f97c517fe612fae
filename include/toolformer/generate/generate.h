// SPDX-License-Identifier: Apache-2.0
// tf-generate. Reads: prompts (`text` of each record, or --prompt). Writes: the same records with
// text = prompt + generated text, calls[] (each call that was made; failed ones with `error` and
// keep false), `augmented` = text with the kept calls in line, `prompt_bytes`, `new_tokens`,
// `finish` (end | stop | length | context); with --timings `seconds` and `tool_seconds`, which
// differ from run to run. Calls that the input carried are replaced. Keeps the order of the input.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <nlohmann/json.hpp>

#include "toolformer/decode/tool_decoding.h"
#include "toolformer/generate/options.h"
#include "toolformer/lm/language_model.h"
#include "toolformer/record/document.h"
#include "toolformer/record/run_shard.h"
#include "toolformer/record/summary.h"
#include "toolformer/tools/dispatch/dispatcher.h"
#include "toolformer/tools/dispatch/toolbox.h"

namespace toolformer::generate {

/// --dry-run: how many prompts there are, the most that would be generated and how long that takes,
/// measured on some of them without tools.
std::string dry_run(const Options& options, lm::LanguageModel& model);

class Generator {
 public:
  /// Reads the demonstrations, if any, once. Remote tools run while other prompts are decoded.
  Generator(const Options& options, lm::LanguageModel& model);

  /// Answers --prompt: one record per prompt, handed over in their order as soon as it and those
  /// before it are there. A single prompt may be watched. Throws DataError for a prompt that cannot
  /// be continued, Interrupted when base::stop_requested().
  void answer(const std::function<void(const record::Document&)>& done,
              const decode::Watcher* watcher = nullptr);
  /// Goes over --input; `config` is the resolved configuration for run.json.
  record::Summary run(const nlohmann::ordered_json& config);

  /// What decoding needs, with the options' settings; refers to this.
  decode::Setting setting() const;

 private:
  void tell_empty(const record::Document& document) const;

  const Options& options_;
  lm::LanguageModel& model_;
  tools::Toolbox toolbox_;
  std::unique_ptr<tools::Dispatcher> dispatcher_;
  calls::CallMarkers markers_;
  std::string demonstrations_hash_;
  lm::Prefix start_;
};

}  // namespace toolformer::generate
