// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/options.h"

#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "toolformer/base/bind_per_tool.h"
#include "toolformer/base/choice_flag.h"
#include "toolformer/base/error.h"
#include "toolformer/base/number_flag.h"
#include "toolformer/calls/marker_options.h"
#include "toolformer/calls/prompt.h"
#include "toolformer/tools/dispatch/per_tool_names.h"
#include "toolformer/tools/dispatch/toolbox_file.h"

namespace toolformer::filter {
namespace {

void bind_criterion(CLI::App& app, Options& options) {
  base::add_choice(app, "preset", options.preset,
                   "A whole criterion; windowed: in line, no demonstrations; paper: arXiv "
                   "2302.04761");
  base::bind_per_tool(app, "window", options.window,
                      "Tokens behind the call that are scored; not given: the preset's (8, 32, 5)");
  base::bind_per_tool(
      app, "weights", options.weights,
      fmt::format("uniform: 1 each, so losses, delta and gamma are {}; linear (paper): falling and "
                  "normalised to 1, {}; not given: the preset's",
                  unit_of(Weights::kUniform), unit_of(Weights::kLinear)));
  base::bind_per_tool(app, "placement", options.placement,
                      "Where the call stands; not given: the preset's");
  base::bind_per_tool(app, "baseline", options.baseline,
                      "What the loss with the result is compared with: plain text, the call "
                      "without its result, the smaller of both (min, paper), or the smallest of "
                      "both and the call with another result (other); not given: the preset's");
  base::take_count(
      app.add_option("--others", options.others,
                     "Other results that a call is compared with under --baseline other: another "
                     "day, another page, ..."),
      {.most = 100});
  app.add_option("--others-from", options.others_from,
                 "Output of tf-filter --steps execute: its results serve as other ones for tools "
                 "that know none themselves");
  base::bind_per_tool(
      app, "gamma", options.gamma,
      fmt::format("Threshold of delta, with uniform weights in {}, with linear ones in {}; not "
                  "given: the preset's (1.0; paper 1.0, Calculator and MT 0.5)",
                  unit_of(Weights::kUniform), unit_of(Weights::kLinear)));
  base::bind_per_tool(app, "comparison", options.comparison,
                      "above: delta > gamma; at_least: delta >= gamma; not given: the preset's");
  base::add_choice(app, "losses", options.losses,
                   "all: every loss for every call; needed: those without the result, and with "
                   "another one, only where the losses before leave the call a chance; the same "
                   "calls are kept, a lower threshold needs scoring again");
  base::take_number(app.add_option("--gamma-step", options.gamma_step,
                                   "Added to gamma for every round behind the first"));
  base::take_count(
      app.add_option("--round", options.round,
                     "Which round of annotate, filter, finetune this is, counted from 1"),
      {.most = base::kMillion});
}

void bind_selection(CLI::App& app, Options& options) {
  base::take_count(app.add_option(
      "--keep-top", options.keep_top,
      "Of the calls that pass, the N largest deltas per tool and shard; needs --steps select"));
  base::take_number(app.add_option(
      "--keep-fraction", options.keep_fraction,
      "Likewise, as a share of the places with a scored call; needs --steps select"));
  app.add_flag("--token-losses", options.token_losses,
               "Losses of each token of the window in the record, for tf-inspect --html");
  app.add_flag("--kept-only", options.kept_only, "Write only documents with a kept call");
}

void check_steps(const Options& options) {
  if (options.steps.empty()) throw base::UsageError("--steps: name execute, score or select");
  const bool only_select = options.steps == std::vector{Step::kSelect};
  if ((options.keep_top || options.keep_fraction) && !only_select) {
    throw base::UsageError(
        "--keep-top and --keep-fraction look at all deltas of a shard before they decide: run "
        "--steps execute,score first, then --steps select with them on its output");
  }
  if (options.kept_only && !has_step(options, Step::kSelect)) {
    throw base::UsageError("--kept-only needs the step select, which decides what is kept");
  }
  if (options.keep_fraction && !(*options.keep_fraction >= 0 && *options.keep_fraction <= 1)) {
    base::throw_error<base::UsageError>("--keep-fraction must be between 0 and 1, got {}",
                                        *options.keep_fraction);
  }
}

/// Every setting that may differ from tool to tool, with its flag.
template <class Visit>
void visit_criterion(const Options& options, const Visit& visit) {
  visit("window", options.window);
  visit("weights", options.weights);
  visit("placement", options.placement);
  visit("baseline", options.baseline);
  visit("gamma", options.gamma);
  visit("comparison", options.comparison);
}

Criterion resolve(const Options& options, std::string_view tool) {
  const Criterion built_in = preset(options.preset, tool);
  return {.window = options.window.of(tool, built_in.window),
          .weights = options.weights.of(tool, built_in.weights),
          .placement = options.placement.of(tool, built_in.placement),
          .baseline = options.baseline.of(tool, built_in.baseline),
          .gamma = options.gamma.of(tool, built_in.gamma) +
                   options.gamma_step * static_cast<double>(options.round - 1),
          .comparison = options.comparison.of(tool, built_in.comparison)};
}

void check_criterion(const Criterion& criterion) {
  if (criterion.window == 0 || criterion.window > base::kMillion) {
    base::throw_error<base::UsageError>("--window must be from 1 to {}, got {}", base::kMillion,
                                        criterion.window);
  }
  if (!std::isfinite(criterion.gamma)) {
    base::throw_error<base::UsageError>("--gamma must be a finite number, got {}", criterion.gamma);
  }
}

/// Every criterion by its tool, and last that of the tools which have none of their own.
std::vector<std::pair<std::string, Criterion>> named_criteria(const Criteria& criteria) {
  std::vector<std::pair<std::string, Criterion>> named(criteria.by_tool.begin(),
                                                       criteria.by_tool.end());
  named.emplace_back(named.empty() ? "all tools" : "other tools", criteria.others);
  return named;
}

std::string meaning_of_gamma(const Criterion& criterion) {
  return fmt::format("{:g} {} (window {}, weights {})", criterion.gamma, unit_of(criterion.weights),
                     criterion.window, base::name_of(criterion.weights));
}

}  // namespace

void bind(CLI::App& app, Options& options) {
  base::add_choices(app, "steps", options.steps,
                    "Parts to run: execute (tools), score (model), select (neither)");
  bind_criterion(app, options);
  bind_selection(app, options);
  tools::bind(app, options.toolbox);
  tools::bind_exclude_own(app, options.toolbox);
  app.add_option("--prompts", options.prompts,
                 "Directory of prompt files (the demonstrations); empty: the shipped ones");
  calls::bind(app, options.markers);
}

void check(const Options& options) {
  check_steps(options);
  calls::check(options.markers);
  if (options.others == 0)
    throw base::UsageError("--others must be at least 1, got 0; --baseline min compares with none");
  if (options.round == 0) throw base::UsageError("--round counts from 1, got 0");
  if (!std::isfinite(options.gamma_step)) {
    base::throw_error<base::UsageError>("--gamma-step must be a finite number, got {}",
                                        options.gamma_step);
  }
  // Also where no tool is run, as with --steps select.
  tools::check_tool_names(tools::read_toolbox_files(options.toolbox.file), options.toolbox.tools);
  const tools::KnownTools known{options.toolbox.tools, options.toolbox.file};
  visit_criterion(options, [&](std::string_view flag, const auto& setting) {
    tools::check_tools_of(setting, flag, known);
  });
  for (const auto& [tool, criterion] : named_criteria(criteria_of(options)))
    check_criterion(criterion);
}

bool has_step(const Options& options, Step step) {
  return std::find(options.steps.begin(), options.steps.end(), step) != options.steps.end();
}

Criteria criteria_of(const Options& options) {
  Criteria criteria{.others = resolve(options, "")};
  const auto add = [&](const std::string& tool) {
    criteria.by_tool.emplace(tool, resolve(options, tool));
  };
  visit_criterion(options, [&](std::string_view, const auto& setting) {
    for (const auto& [tool, value] : setting.by_tool) add(tool);
  });
  if (options.preset == Preset::kPaper)
    for (const char* tool : {"Calculator", "MT"}) add(tool);
  return criteria;
}

std::filesystem::path prompt_directory(const Options& options) {
  return options.prompts.empty() ? calls::default_prompt_directory()
                                 : std::filesystem::path(options.prompts);
}

nlohmann::ordered_json describe(const Options& options, const std::vector<std::string>& tools) {
  const Criteria criteria = criteria_of(options);
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  const auto add = [&](const std::string& tool, const Criterion& criterion) {
    json[tool] = {{"window", criterion.window},
                  {"weights", base::name_of(criterion.weights)},
                  {"placement", base::name_of(criterion.placement)},
                  {"baseline", base::name_of(criterion.baseline)},
                  {"gamma", criterion.gamma},
                  {"gamma_unit", unit_of(criterion.weights)},
                  {"comparison", base::name_of(criterion.comparison)}};
  };
  for (const std::string& tool : tools) add(tool, criteria.of(tool));
  if (tools.empty())
    for (const auto& [tool, criterion] : named_criteria(criteria)) add(tool, criterion);
  return json;
}

std::string unnamed_gamma(const Options& options) {
  std::map<std::string, std::vector<std::string>> changed;  // what changes -> tools
  for (const auto& [tool, criterion] : named_criteria(criteria_of(options))) {
    const Criterion before = preset(options.preset, tool);
    const bool same = criterion.weights == before.weights && criterion.window == before.window;
    if (same || options.gamma.is_given(tool)) continue;
    changed[fmt::format("from {} to {}", meaning_of_gamma(before), meaning_of_gamma(criterion))]
        .push_back(tool);
  }
  std::string said;
  for (const auto& [change, tools] : changed)
    said += fmt::format("{}{} for {}", said.empty() ? "" : ", ", change, fmt::join(tools, ", "));
  if (said.empty()) return "";
  return fmt::format(
      "weights or window are not those of the preset {}, so its gamma asks for something else: {}; "
      "name the threshold with --gamma or --gamma-for",
      base::name_of(options.preset), said);
}

}  // namespace toolformer::filter
