// SPDX-License-Identifier: Apache-2.0
// The settings of tf-annotate. k, m, tau_s and the prompt style may differ from tool to tool; what
// is not given follows the paper (appendix A): tau_s 0.05, k 5, m 5, and tau_s 0, k 20, m 10 for
// Calculator and MT.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "toolformer/annotate/preselect.h"
#include "toolformer/base/per_tool.h"
#include "toolformer/calls/call_syntax.h"
#include "toolformer/calls/prompt.h"
#include "toolformer/lm/sampling.h"

namespace CLI {
class App;
}

namespace toolformer::annotate {

struct Options {
  std::vector<std::string> tools = {"Calculator"};  ///< names, as their prompts call them
  std::string toolbox;  ///< TOML file; given: `tools` must be there, beside the shipped ones
  std::string prompts;  ///< directory of the prompt files; empty: the shipped ones
  base::PerTool<calls::PromptStyle> prompt_style;  ///< not given: primed
  base::PerTool<std::size_t> k;  ///< places per document at most, the most probable ones
  base::PerTool<std::size_t> m;  ///< samples per place
  base::PerTool<double> tau_s;   ///< a place needs p(open marker) above it
  lm::SamplingOptions
      sampling;  ///< of the calls; the paper's plain sampling is temperature 1, no cuts
  std::size_t max_call_tokens =
      48;  ///< sampled behind `open Tool(`; a call that is not closed by then is dropped
  std::vector<std::string> no_input = {
      "Calendar"};               ///< tools without input: one call per place, nothing is sampled
  bool stop_unreadable = false;  ///< end a sample that its tool could never read
  bool preselect = false;        ///< leave out documents a tool can hardly help with
  PreselectOptions preselection;
  calls::Markers markers;
};

/// The settings of one tool after defaults and overrides.
struct ToolSettings {
  std::string tool;
  calls::PromptStyle style = calls::PromptStyle::kPrimed;
  std::size_t k = 0;
  std::size_t m = 0;
  double tau_s = 0;
  bool has_input = true;
};

void bind(CLI::App& app, Options& options);
/// Throws UsageError that names the flag, both values and the remedy.
void check(const Options& options);

ToolSettings settings_for(const Options& options, std::string_view tool);
std::filesystem::path prompt_directory(const Options& options);
/// The resolved settings of every tool, for run.json.
nlohmann::ordered_json describe(const Options& options);

}  // namespace toolformer::annotate
