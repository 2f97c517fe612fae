// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <csignal>

#include "app.h"
#include "tool_model.h"
#include "toolformer/base/terminal.h"
#include "toolformer/eval/evaluate.h"
#include "toolformer/model/cpu/process.h"
#include "toolformer/model/load.h"

int main(int argc, char** argv) {
  using namespace toolformer;
  eval::Options options;
  const CLI::Option* overlap = nullptr;
  return apps::run_program(
      argc, argv,
      {.name = "tf-eval",
       .summary = "Measures models side by side, with tools disabled and enabled: right answers to "
                  "tasks, perplexity of texts, true statements.",
       .example = "tf-eval --models base=gemma3-270m.gguf toolformer=out/model --tasks svamp "
                  "--data svamp=svamp.jsonl --output out/eval",
       .see_also = "tf-finetune, tf-generate, tf-inspect",
       .before_run = model::wait_passively},
      [&](CLI::App& app) {
        eval::bind(app, options);
        overlap = app.get_option("--overlap");
      },
      [&](const apps::Start& start) {
        options.windows.fit_overlap = overlap->empty();
        if (options.windows.fit_overlap && options.windows.window > 1)
          options.windows = eval::fit(options.windows, options.windows.window, 1);
        eval::check(options);
        if (options.statements.empty()) options.model = model::resolve(options.model);
        options.config = lm::recorded(options.model, start.config);
        options.toolbox.load_model = apps::tool_model(options.model);
        const std::string report = options.statements.empty()
                                       ? eval::evaluate(options, model::load_language_model)
                                       : eval::evaluate_statements(options);
        std::signal(SIGPIPE, SIG_IGN);
        base::write_stdout(report);
        return 0;
      });
}
