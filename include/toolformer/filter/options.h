// SPDX-License-Identifier: Apache-2.0
// The settings of tf-filter. A preset names a whole criterion; each of its columns may be set on
// its own, for all tools or for one.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "toolformer/calls/call_syntax.h"
#include "toolformer/filter/criterion.h"
#include "toolformer/tools/contract/per_tool.h"
#include "toolformer/tools/contract/toolbox_options.h"

namespace CLI {
class App;
}

namespace toolformer::filter {

struct Options {
  std::vector<std::string> steps = {"execute", "score",
                                    "select"};  ///< which parts to run, always in this order
  std::string preset = "primed";                ///< primed | windowed | paper
  std::string losses = "all";  ///< all | needed: no_result only where the call may still be kept
  tools::PerTool<std::size_t> window;      ///< tokens behind the call that are scored
  tools::PerTool<std::string> weights;     ///< uniform | linear
  tools::PerTool<std::string> placement;   ///< inline | prefix | primed
  tools::PerTool<std::string> baseline;    ///< plain | no_result | min
  tools::PerTool<double> gamma;            ///< what delta must exceed, in nats
  tools::PerTool<std::string> comparison;  ///< above | at_least
  double gamma_step = 0;                   ///< added to gamma for every round behind the first
  std::size_t round = 1;  ///< annotate, filter, finetune, again: which time this is, counted from 1
  std::optional<std::size_t>
      keep_top;  ///< of the calls that pass, only the N largest deltas per tool and shard
  std::optional<double> keep_fraction;  ///< likewise, as a share of the places with a scored call
  bool kept_only = false;               ///< write only documents with a kept call
  std::string
      prompts;  ///< directory of the demonstrations (placement primed); empty: the shipped ones
  tools::ToolboxOptions toolbox;
  calls::Markers markers;
};

void bind(CLI::App& app, Options& options);
/// Throws UsageError that names the flag and the remedy.
void check(const Options& options);

bool has_step(const Options& options, std::string_view step);
Criterion criterion_for(const Options& options, std::string_view tool);
std::filesystem::path prompt_directory(const Options& options);
/// The resolved criterion of every given tool, for run.json.
nlohmann::ordered_json describe(const Options& options, const std::vector<std::string>& tools);

}  // namespace toolformer::filter
