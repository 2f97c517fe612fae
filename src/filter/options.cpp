// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cmath>

#include "toolformer/base/error.h"
#include "toolformer/base/number_flag.h"
#include "toolformer/calls/marker_options.h"
#include "toolformer/calls/prompt.h"
#include "toolformer/tools/contract/bind_per_tool.h"
#include "toolformer/tools/dispatch/per_tool_names.h"

namespace toolformer::filter {
namespace {

constexpr std::array<const char*, 3> kSteps = {"execute", "score", "select"};

void bind_criterion(CLI::App& app, Options& options) {
  app.add_option("--preset", options.preset,
                 "A whole criterion: primed | windowed (in line, no demonstrations) | paper")
      ->capture_default_str();
  tools::bind_per_tool(
      app, "window", options.window,
      "Tokens behind the call that are scored; not given: the preset's (8, 32, 5)");
  tools::bind_per_tool(app, "weights", options.weights,
                       "uniform | linear (paper, normalised); not given: the preset's");
  tools::bind_per_tool(app, "placement", options.placement,
                       "inline | prefix | primed; not given: the preset's");
  tools::bind_per_tool(app, "baseline", options.baseline,
                       "plain | no_result | min; not given: the preset's");
  tools::bind_per_tool(app, "gamma", options.gamma,
                       "Threshold of delta in nats; not given: the preset's (1.0; paper 1.0, "
                       "Calculator and MT 0.5)");
  tools::bind_per_tool(
      app, "comparison", options.comparison,
      "above (delta > gamma) | at_least (delta >= gamma); not given: the preset's");
  app.add_option("--losses", options.losses,
                 "all: three for every call | needed: not the one without the result where the "
                 "other two leave the call no chance; the same calls are kept, a lower threshold "
                 "needs scoring again")
      ->capture_default_str();
  base::take_number(app.add_option("--gamma-step", options.gamma_step,
                                   "Added to gamma for every round behind the first"))
      ->capture_default_str();
  base::take_count(
      app.add_option("--round", options.round,
                     "Which round of annotate, filter, finetune this is, counted from 1"),
      {.most = base::kMillion})
      ->capture_default_str();
}

void bind_selection(CLI::App& app, Options& options) {
  base::take_count(app.add_option(
      "--keep-top", options.keep_top,
      "Of the calls that pass, the N largest deltas per tool and shard; needs --steps select"));
  base::take_number(app.add_option(
      "--keep-fraction", options.keep_fraction,
      "Likewise, as a share of the places with a scored call; needs --steps select"));
  app.add_flag("--kept-only", options.kept_only, "Write only documents with a kept call");
}

void check_steps(const Options& options) {
  if (options.steps.empty()) throw base::UsageError("--steps: name execute, score or select");
  for (const std::string& step : options.steps) {
    if (std::find(kSteps.begin(), kSteps.end(), step) == kSteps.end()) {
      base::throw_error<base::UsageError>("--steps: `{}` is none of execute, score, select", step);
    }
  }
  const bool only_select = options.steps.size() == 1 && options.steps.front() == "select";
  if ((options.keep_top || options.keep_fraction) && !only_select) {
    throw base::UsageError(
        "--keep-top and --keep-fraction look at all deltas of a shard before they decide: run "
        "--steps execute,score first, then --steps select with them on its output");
  }
  if (options.kept_only && !has_step(options, "select")) {
    throw base::UsageError("--kept-only needs the step select, which decides what is kept");
  }
  if (options.keep_fraction && !(*options.keep_fraction >= 0 && *options.keep_fraction <= 1)) {
    base::throw_error<base::UsageError>("--keep-fraction must be between 0 and 1, got {}",
                                        *options.keep_fraction);
  }
}

/// The value for all and every override must be readable, whether or not the tool occurs.
void check_criterion(const Options& options, const std::string& tool) {
  const Criterion criterion = criterion_for(options, tool);
  if (criterion.window == 0 || criterion.window > base::kMillion) {
    base::throw_error<base::UsageError>("--window must be from 1 to {}, got {}", base::kMillion,
                                        criterion.window);
  }
  if (!std::isfinite(criterion.gamma)) {
    base::throw_error<base::UsageError>("--gamma must be a finite number, got {}", criterion.gamma);
  }
}

/// Each must be a tool that is there: a mistyped name would be ignored.
class ToolsOfSettings {
 public:
  explicit ToolsOfSettings(const Options& options)
      : known_{options.toolbox.tools, options.toolbox.file} {}

  template <class T>
  void add(const tools::PerTool<T>& setting, std::string_view flag) {
    tools::check_tools_of(setting, flag, known_);
    for (const std::string& entry : setting.by_tool) {
      tools_.push_back(entry.substr(0, entry.find('=')));
    }
  }
  const std::vector<std::string>& tools() const { return tools_; }

 private:
  tools::KnownTools known_;
  std::vector<std::string> tools_ = {"Calculator", "Calendar"};  // one of each kind of default
};

}  // namespace

void bind(CLI::App& app, Options& options) {
  app.add_option("--steps", options.steps,
                 "Parts to run: execute (tools), score (model), select (neither)")
      ->delimiter(',')
      ->capture_default_str();
  bind_criterion(app, options);
  bind_selection(app, options);
  tools::bind(app, options.toolbox);
  app.add_option("--prompts", options.prompts,
                 "Directory of the demonstrations; empty: the shipped ones");
  calls::bind(app, options.markers);
}

void check(const Options& options) {
  check_steps(options);
  calls::check(options.markers);
  if (options.losses != "all" && options.losses != "needed") {
    base::throw_error<base::UsageError>("--losses must be all or needed, got `{}`", options.losses);
  }
  if (options.round == 0) throw base::UsageError("--round counts from 1, got 0");
  if (!std::isfinite(options.gamma_step)) {
    base::throw_error<base::UsageError>("--gamma-step must be a finite number, got {}",
                                        options.gamma_step);
  }
  ToolsOfSettings tools(options);
  tools.add(options.window, "window");
  tools.add(options.weights, "weights");
  tools.add(options.placement, "placement");
  tools.add(options.baseline, "baseline");
  tools.add(options.gamma, "gamma");
  tools.add(options.comparison, "comparison");
  for (const std::string& tool : tools.tools()) check_criterion(options, tool);
}

bool has_step(const Options& options, std::string_view step) {
  return std::find(options.steps.begin(), options.steps.end(), step) != options.steps.end();
}

Criterion criterion_for(const Options& options, std::string_view tool) {
  Criterion criterion = preset(options.preset, tool);
  criterion.window = tools::setting_for(options.window, "window", tool, criterion.window);
  criterion.gamma = tools::setting_for(options.gamma, "gamma", tool, criterion.gamma) +
                    options.gamma_step * static_cast<double>(options.round - 1);
  // An empty name is the preset's value: the enums have no printed form of their own here.
  const std::string none;
  const std::string weights = tools::setting_for(options.weights, "weights", tool, none);
  if (!weights.empty()) criterion.weights = parse_weights(weights);
  const std::string placement = tools::setting_for(options.placement, "placement", tool, none);
  if (!placement.empty()) criterion.placement = parse_placement(placement);
  const std::string baseline = tools::setting_for(options.baseline, "baseline", tool, none);
  if (!baseline.empty()) criterion.baseline = parse_baseline(baseline);
  const std::string comparison = tools::setting_for(options.comparison, "comparison", tool, none);
  if (!comparison.empty()) criterion.comparison = parse_comparison(comparison);
  return criterion;
}

std::filesystem::path prompt_directory(const Options& options) {
  return options.prompts.empty() ? calls::default_prompt_directory()
                                 : std::filesystem::path(options.prompts);
}

nlohmann::ordered_json describe(const Options& options, const std::vector<std::string>& tools) {
  constexpr std::array<const char*, 2> kWeights = {"uniform", "linear"};
  constexpr std::array<const char*, 3> kPlacements = {"inline", "prefix", "primed"};
  constexpr std::array<const char*, 3> kBaselines = {"plain", "no_result", "min"};
  constexpr std::array<const char*, 2> kComparisons = {"above", "at_least"};
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const std::string& tool : tools) {
    const Criterion criterion = criterion_for(options, tool);
    json[tool] = {{"window", criterion.window},
                  {"weights", kWeights.at(static_cast<std::size_t>(criterion.weights))},
                  {"placement", kPlacements.at(static_cast<std::size_t>(criterion.placement))},
                  {"baseline", kBaselines.at(static_cast<std::size_t>(criterion.baseline))},
                  {"gamma", criterion.gamma},
                  {"comparison", kComparisons.at(static_cast<std::size_t>(criterion.comparison))}};
  }
  return json;
}

}  // namespace toolformer::filter
