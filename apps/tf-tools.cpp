// SPDX-License-Identifier: Apache-2.0
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "app.h"
#include "toolformer/base/error.h"
#include "toolformer/lm/model_options.h"
#include "toolformer/tools/dispatch/dispatcher.h"
#include "toolformer/tools/dispatch/toolbox_report.h"
#ifdef TOOLFORMER_HAS_MODELS
#include "tool_model.h"
#include "toolformer/model/cpu/process.h"
#endif

namespace {

using namespace toolformer;

struct Options {
  std::string command, tool, input, date;
  lm::ModelOptions model;
  tools::ToolboxOptions toolbox;
};

void bind(CLI::App& app, Options& options) {
  app.add_option("command", options.command,
                 "list: the toolbox; call TOOL INPUT: one call, the answer on stdout; check: call "
                 "every enabled tool, or those of --tools")
      ->required()
      ->check(CLI::IsMember({"list", "call", "check"}));
  app.add_option("tool", options.tool, "call: the tool's name");
  app.add_option("input", options.input, "call: what would stand between the parentheses");
  app.add_option("--date", options.date, "The document's date (2019-04-25); not given: --now");
  app.add_option("--model", options.model.model, "The model of tools that read with one");
  tools::bind(app, options.toolbox);
}

int call(Options& options) {
  if (options.tool.empty()) throw base::UsageError("call: name the tool and give its input");
  options.toolbox.tools = {options.tool};
  const tools::Toolbox toolbox = tools::make_toolbox(options.toolbox);
  tools::Dispatcher dispatcher(toolbox, {.cache = options.toolbox.cache});
  const std::vector<std::string> names = toolbox.names();
  if (std::find(names.begin(), names.end(), options.tool) == names.end()) {
    base::throw_error<base::UsageError>("{} is a server; call one of its tools: {}", options.tool,
                                        fmt::join(names, ", "));
  }
  const std::optional<std::string> date =
      options.date.empty() ? std::nullopt : std::optional(options.date);
  const tools::Outcome outcome = dispatcher.call({options.tool, options.input, date}).outcome;
  if (outcome.ok()) {
    std::cout << outcome.result << '\n';
    return 0;
  }
  const std::string message = fmt::format("{}: {}", outcome.error_kind, outcome.error_message);
  if (outcome.error_kind == tools::error_kind::kBadInput) throw base::DataError(message);
  throw base::IoError(message);
}

int check(const Options& options) {
  const std::vector<tools::CheckedTool> checked =
      tools::check_toolbox(options.toolbox, options.date.empty() ? "2019-04-25" : options.date);
  std::cout << tools::show(checked);
  const bool all_well = std::all_of(checked.begin(), checked.end(),
                                    [](const auto& tool) { return tool.outcome.ok(); });
  return all_well ? 0 : static_cast<int>(base::ExitCode::kInternal);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  return apps::run_program(
      argc, argv,
      {.name = "tf-tools",
       .summary = "Shows the toolbox, calls one tool by hand, checks that every tool answers.",
       .example = "tf-tools call Calculator '3 * 4'",
       .see_also = "tf-filter, tf-generate, tf-index",
#ifdef TOOLFORMER_HAS_MODELS
       .before_run = model::wait_passively
#endif
      },
      [&](CLI::App& app) { bind(app, options); },
      [&](const apps::Start&) {
#ifdef TOOLFORMER_HAS_MODELS
        options.toolbox.load_model = apps::tool_model(options.model);
#endif
        if (options.command == "call") return call(options);
        if (options.command == "check") return check(options);
        std::cout << tools::list_toolbox(options.toolbox);
        return 0;
      });
}
