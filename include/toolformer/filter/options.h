// SPDX-License-Identifier: Apache-2.0
// The settings of tf-filter. A preset names a whole criterion; each of its columns may be set on
// its own, for all tools or for one.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "toolformer/base/enum_names.h"
#include "toolformer/base/per_tool.h"
#include "toolformer/calls/call_syntax.h"
#include "toolformer/filter/criterion.h"
#include "toolformer/tools/contract/toolbox_options.h"

namespace CLI {
class App;
}

namespace toolformer::filter {

enum class Step { kExecute, kScore, kSelect };
constexpr base::Names<3> names_of(Step /*type*/) {
  return {"execute", "score", "select"};
}
enum class MeasuredLosses {
  kAll,
  kNeeded,  ///< no_result, and behind it other, only where the call may still be kept
};
constexpr base::Names<2> names_of(MeasuredLosses /*type*/) {
  return {"all", "needed"};
}

struct Options {
  std::vector<Step> steps = {Step::kExecute, Step::kScore,
                             Step::kSelect};  ///< which parts to run, always in this order
  Preset preset = Preset::kPrimed;
  MeasuredLosses losses = MeasuredLosses::kAll;
  base::PerTool<std::size_t> window;  ///< tokens behind the call that are scored
  base::PerTool<Weights> weights;
  base::PerTool<Placement> placement;
  base::PerTool<Baseline> baseline;
  base::PerTool<double> gamma;  ///< what delta must exceed, in unit_of(weights)
  base::PerTool<Comparison> comparison;
  std::size_t others = 1;   ///< other results that a call is compared with (baseline other)
  std::string others_from;  ///< records whose results may be those; empty: none
  double gamma_step = 0;    ///< added to gamma for every round behind the first
  std::size_t round = 1;  ///< annotate, filter, finetune, again: which time this is, counted from 1
  std::optional<std::size_t>
      keep_top;  ///< of the calls that pass, only the N largest deltas per tool and shard
  std::optional<double> keep_fraction;  ///< likewise, as a share of the places with a scored call
  bool token_losses = false;            ///< the losses of each token of the window in the record
  bool kept_only = false;               ///< write only documents with a kept call
  std::string
      prompts;  ///< directory of the demonstrations (placement primed); empty: the shipped ones
  tools::ToolboxOptions toolbox;
  calls::Markers markers;
};

void bind(CLI::App& app, Options& options);
/// Throws UsageError that names the flag and the remedy.
void check(const Options& options);

bool has_step(const Options& options, Step step);
Criteria criteria_of(const Options& options);
std::filesystem::path prompt_directory(const Options& options);
/// The criterion of every given tool, for run.json; given none, of those that the options name and
/// of the others.
nlohmann::ordered_json describe(const Options& options, const std::vector<std::string>& tools);
/// What to warn of where weights or window are not the preset's and gamma is not named: the
/// preset's number then asks for something else. Empty: nothing.
std::string unnamed_gamma(const Options& options);

}  // namespace toolformer::filter
