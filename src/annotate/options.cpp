// SPDX-License-Identifier: Apache-2.0
#include "toolformer/annotate/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "toolformer/base/bind_per_tool.h"
#include "toolformer/base/choice_flag.h"
#include "toolformer/base/error.h"
#include "toolformer/base/number_flag.h"
#include "toolformer/calls/marker_options.h"
#include "toolformer/lm/sampling_options.h"
#include "toolformer/tools/dispatch/per_tool_names.h"
#include "toolformer/tools/dispatch/toolbox_file.h"

namespace toolformer::annotate {
namespace {

/// The paper's settings, appendix A: arithmetic and translation get many chances, the rest few.
ToolSettings built_in(std::string_view tool) {
  ToolSettings settings;
  settings.tool = tool;
  const bool many = tool == "Calculator" || tool == "MT";
  settings.k = many ? 20 : 5;
  settings.m = many ? 10 : 5;
  settings.tau_s = many ? 0.0 : 0.05;
  return settings;
}

void bind_sampling(CLI::App& app, Options& options) {
  lm::bind(app, options.sampling);
  base::take_count(
      app.add_option("--max-call-tokens", options.max_call_tokens,
                     "Sampled behind `open Tool(`; a call that is not closed by then is dropped"),
      {.most = base::kMillion});
}

void bind_stop(CLI::App& app, Options& options) {
  base::add_choice(app, "stop-unreadable", options.stop_unreadable,
                   "on: end a sample as soon as its tool can read no input that begins so "
                   "(Calculator: a letter), and count it as unreadable; off keeps such calls, with "
                   "their error; changes no other call");
}

void bind_preselection(CLI::App& app, Options& options) {
  base::add_choice(app, "preselect", options.preselect,
                   "Leave out documents a tool can hardly help with (paper, appendix A.1)");
  base::take_count(
      app.add_option("--preselect-number-window", options.preselection.number_window,
                     "Calculator: words within which three related numbers must stand"),
      {.most = base::kMillion});
  base::take_number(app.add_option(
      "--preselect-rare-fraction", options.preselection.rare_fraction,
      "Calculator: share of the documents with three unrelated numbers that is kept"));
  app.add_option("--preselect-index", options.preselection.index,
                 "WikiSearch, QA: the file that tf-index wrote; a document is taken where another "
                 "page could tell a name or number of it; not given: all are taken");
  base::take_count(
      app.add_option("--preselect-years", options.preselection.years,
                     "Calendar: a year so near to the document's counts as a named day does"),
      {.most = 10'000});
  base::take_count(app.add_option("--preselect-chunk-words", options.preselection.chunk_words,
                                  "MT: words of a span whose language is judged"),
                   {.most = base::kMillion});
}

void check_tools(const Options& options) {
  if (options.tools.empty()) {
    throw base::UsageError("--tools: name at least one tool, e.g. --tools Calculator,Calendar");
  }
  for (const std::string& tool : options.tools) {
    if (!calls::is_tool_name(tool)) {
      base::throw_error<base::UsageError>(
          "--tools: `{}` is no tool name: a letter or _, then letters, digits and _", tool);
    }
    if (std::count(options.tools.begin(), options.tools.end(), tool) > 1) {
      base::throw_error<base::UsageError>("--tools: {} is named twice", tool);
    }
  }
  tools::check_tool_names(tools::read_toolbox_files(options.toolbox), options.tools);
}

/// A mistyped name would be ignored.
void check_tools_of_settings(const Options& options) {
  const tools::KnownTools known{options.tools, options.toolbox};
  tools::check_tools_of(options.prompt_style, "prompt-style", known);
  tools::check_tools_of(options.k, "k", known);
  tools::check_tools_of(options.m, "m", known);
  tools::check_tools_of(options.tau_s, "tau-s", known);
}

void check_numbers(const Options& options) {
  lm::check(options.sampling);
  if (options.max_call_tokens == 0) {
    throw base::UsageError("--max-call-tokens must be at least 1, got 0");
  }
  const double rare = options.preselection.rare_fraction;
  if (!(rare >= 0 && rare <= 1)) {
    base::throw_error<base::UsageError>("--preselect-rare-fraction must be between 0 and 1, got {}",
                                        rare);
  }
  if (options.preselection.number_window == 0 || options.preselection.chunk_words == 0) {
    throw base::UsageError(
        "--preselect-number-window and --preselect-chunk-words must be at least 1");
  }
}

}  // namespace

void bind(CLI::App& app, Options& options) {
  app.add_option("--tools", options.tools, "Tools to propose calls of, separated by commas")
      ->delimiter(',');
  app.add_option(
      "--toolbox", options.toolbox,
      "TOML file with tools of your own: --tools must be among them or the shipped ones");
  app.add_option("--prompts", options.prompts,
                 "Directory of prompt files; empty: the shipped ones");
  base::bind_per_tool(app, "prompt-style", options.prompt_style,
                      "primed: demonstrations, the document continues them; instruct: an "
                      "instruction, as in the paper; not given: primed");
  base::bind_per_tool(app, "k", options.k,
                      "Places per document; not given: 5, Calculator and MT 20");
  base::bind_per_tool(app, "m", options.m, "Samples per place; not given: 5, Calculator and MT 10");
  base::bind_per_tool(app, "tau-s", options.tau_s,
                      "Lowest p(open marker); not given: 0.05, Calculator and MT 0");
  app.add_option("--no-input-tools", options.no_input,
                 "Tools that take no input: one call per place, nothing is sampled")
      ->delimiter(',');
  bind_sampling(app, options);
  bind_stop(app, options);
  bind_preselection(app, options);
  calls::bind(app, options.markers);
}

void check(const Options& options) {
  check_tools(options);
  check_tools_of_settings(options);
  check_numbers(options);
  calls::check(options.markers);
  for (const std::string& tool : options.tools) {
    const ToolSettings settings = settings_for(options, tool);
    if (settings.k == 0 || settings.m == 0 || settings.k > base::kMillion ||
        settings.m > base::kMillion) {
      base::throw_error<base::UsageError>(
          "{}: --k and --m must be at least 1 and at most {}, got {} and {}; leave the tool out of "
          "--tools instead",
          tool, base::kMillion, settings.k, settings.m);
    }
    if (!(settings.tau_s >= 0 && settings.tau_s < 1)) {
      base::throw_error<base::UsageError>("{}: --tau-s must be at least 0 and below 1, got {}",
                                          tool, settings.tau_s);
    }
  }
}

ToolSettings settings_for(const Options& options, std::string_view tool) {
  ToolSettings settings = built_in(tool);
  settings.k = options.k.of(tool, settings.k);
  settings.m = options.m.of(tool, settings.m);
  settings.tau_s = options.tau_s.of(tool, settings.tau_s);
  settings.style = options.prompt_style.of(tool, settings.style);
  settings.has_input =
      std::find(options.no_input.begin(), options.no_input.end(), tool) == options.no_input.end();
  return settings;
}

std::filesystem::path prompt_directory(const Options& options) {
  return options.prompts.empty() ? calls::default_prompt_directory()
                                 : std::filesystem::path(options.prompts);
}

nlohmann::ordered_json describe(const Options& options) {
  nlohmann::ordered_json json;
  for (const std::string& tool : options.tools) {
    const ToolSettings settings = settings_for(options, tool);
    json[tool] = {{"prompt-style", base::name_of(settings.style)},
                  {"k", settings.k},
                  {"m", settings.has_input ? settings.m : 1},
                  {"tau-s", settings.tau_s}};
  }
  return json;
}

}  // namespace toolformer::annotate
