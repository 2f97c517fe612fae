// SPDX-License-Identifier: Apache-2.0
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <csignal>

#include "app.h"
#include "toolformer/base/log.h"
#include "toolformer/base/terminal.h"
#include "toolformer/inspect/inspect.h"

int main(int argc, char** argv) {
  using namespace toolformer;
  inspect::Options options;
  return apps::run_program(
      argc, argv,
      {.name = "tf-inspect",
       .summary = "Shows what happened to each call and why: records of any stage, metrics of a "
                  "training run, an evaluation, a whole run.",
       .example = "tf-inspect --sort delta --limit 5 filtered/",
       .see_also = "tf-annotate, tf-filter, tf-generate, tf-finetune"},
      [&](CLI::App& app) { inspect::bind(app, options); },
      [&](const apps::Start&) {
        inspect::check(options);
        std::signal(SIGPIPE, SIG_IGN);
        const inspect::Page page = {
            .width = options.width > 0 ? options.width : base::terminal_width(STDOUT_FILENO),
            .color = base::use_color(options.color, STDOUT_FILENO)};
        inspect::inspect(options, page,
                         {.print = base::write_stdout, .complain = [](const std::string& problem) {
                            spdlog::warn("{}", base::escape_for_log(problem));
                          }});
        return 0;
      });
}
