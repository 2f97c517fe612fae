// SPDX-License-Identifier: Apache-2.0
// tf-filter. Reads: documents with calls. Writes: the same with result or error (execute), loss and
// delta (score), keep and augmented (select). Keeps the order; with --kept-only documents without a
// kept call are left out. Never touches: id, text, meta, and what tf-annotate wrote. The steps in
// three runs give the same bytes as in one.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "toolformer/filter/execute.h"
#include "toolformer/filter/options.h"
#include "toolformer/filter/score.h"
#include "toolformer/filter/select.h"
#include "toolformer/lm/language_model.h"
#include "toolformer/record/run_shard.h"

namespace toolformer::filter {

class Filter {
 public:
  /// `model` may be null unless the steps include score. `floors`: see threshold.h, empty without
  /// keep-top.
  Filter(const Options& options, lm::LanguageModel* model, std::map<std::string, double> floors);
  /// With these tools instead of those of options.toolbox.
  Filter(const Options& options, lm::LanguageModel* model, std::map<std::string, double> floors,
         tools::Toolbox toolbox);

  bool has_remote_tools() const;  ///< whether announcing blocks saves time
  /// Begins the calls of a block that comes later (StageLoop::announce).
  void announce(const std::vector<record::Item>& block);

  /// A document that is longer than the model's context is rejected with both lengths.
  void transform(std::vector<record::Item>& block, record::Summary& summary);

  /// Of what the chosen steps use: "tools", "model", "tokenizer", "prompts" -> SHA-256.
  std::map<std::string, std::string> fingerprints() const;
  std::vector<std::string> tools() const { return toolbox_.names(); }

 private:
  void filter(record::Item& item, record::Summary& summary);
  void filter_by_workers(std::vector<record::Item>& block, record::Summary& summary);
  /// Says once that calls of an earlier scoring lack a loss that this threshold asks for, and once
  /// that calls were compared with no other result.
  void warn_of_unmeasured(const record::Summary& summary);

  const Options& options_;
  lm::LanguageModel* model_;
  tools::Toolbox toolbox_;
  std::optional<OtherResults> others_;           ///< when the steps include execute
  std::optional<tools::Dispatcher> dispatcher_;  ///< likewise
  std::optional<Scorer> scorer_;
  SelectSettings select_settings_;
  std::set<std::string> warned_;  // of what was said
};

/// SHA-256 over the names and contents of every demonstration file in the directory.
std::string prompts_fingerprint(const std::filesystem::path& directory);

}  // namespace toolformer::filter
