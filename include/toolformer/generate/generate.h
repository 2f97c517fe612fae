// SPDX-License-Identifier: Apache-2.0
// tf-generate. Reads: prompts (`text` of each record, or --prompt). Writes: the same records with
// text = prompt + generated text, calls[] (each call that was made; failed ones with `error` and
// keep false), `augmented` = text with the kept calls in line, `prompt_bytes`, `new_tokens`,
// `finish` (end | stop | length | context). Calls that the input carried are replaced. Keeps the
// order of the input.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "toolformer/decode/tool_decoding.h"
#include "toolformer/generate/options.h"
#include "toolformer/lm/language_model.h"
#include "toolformer/record/document.h"
#include "toolformer/record/run_shard.h"
#include "toolformer/record/summary.h"
#include "toolformer/tools/toolbox.h"

namespace toolformer::generate {

/// Makes `document` (a prompt) the record of its continuation and counts what happened.
void write_generation(const decode::Generation& generation, record::Document& document,
                      record::Summary& summary);

/// Prompt + text for a person: calls in line, coloured when `color`, failed calls listed below.
/// Control characters of model and tools are escaped.
std::string show(const record::Document& document, bool color);

/// --dry-run: how many prompts there are and the most that would be generated.
std::string dry_run(const Options& options);

class Generator {
 public:
  /// Reads the demonstrations, if any, once.
  Generator(const Options& options, lm::LanguageModel& model);

  /// Answers --prompt: one record per prompt, in order.
  std::vector<record::Document> answer();
  /// Goes over --input; `config` is the resolved configuration for run.json.
  record::Summary run(const nlohmann::ordered_json& config);

 private:
  void continue_all(std::vector<record::Item>& items, record::Summary& summary) const;
  decode::Setting setting() const;

  const Options& options_;
  lm::LanguageModel& model_;
  tools::Toolbox toolbox_;
  decode::CallMarkers markers_;
  std::string demonstrations_hash_;
  lm::Prefix start_;
};

}  // namespace toolformer::generate
