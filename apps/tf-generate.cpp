// SPDX-License-Identifier: Apache-2.0
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <csignal>

#include "app.h"
#include "toolformer/base/log.h"
#include "toolformer/base/terminal.h"
#include "toolformer/generate/generate.h"
#include "toolformer/model/load.h"

namespace {

using namespace toolformer;

void answer(const generate::Options& options, generate::Generator& generator) {
  std::signal(SIGPIPE, SIG_IGN);
  const bool color = base::use_color(options.color, STDOUT_FILENO);
  for (const record::Document& document : generator.answer()) {
    if (!base::write_stdout(generate::show(document, color) + "\n")) return;
    for (const record::Call& call : document.calls) {
      if (!call.error) continue;
      spdlog::info("{}: {}({}) came to nothing: {}: {}", document.id,
                   base::escape_for_log(call.tool), base::escape_for_log(call.input),
                   base::escape_for_log(call.error->kind),
                   base::escape_for_log(call.error->message));
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  generate::Options options;
  return apps::run_program(
      argc, argv,
      {.name = "tf-generate",
       .summary =
           "Continues prompts; where the model calls a tool, runs it and puts the result in line.",
       .example =
           "tf-generate --model out/model --prompt \"Of the 320 lamps, 48\" --tools Calculator",
       .see_also = "tf-finetune, tf-inspect, tf-eval"},
      [&](CLI::App& app) { generate::bind(app, options); },
      [&](const apps::Start& start) {
        generate::check(options);
        if (options.run.dry_run) {
          base::write_stdout(generate::dry_run(options));
          return 0;
        }
        const auto model = model::load_language_model(options.model);
        generate::Generator generator(options, *model);
        if (options.prompts.empty()) {
          generator.run(start.config);
        } else {
          answer(options, generator);
        }
        return 0;
      });
}
