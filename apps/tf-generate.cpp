// SPDX-License-Identifier: Apache-2.0
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <string>

#include "app.h"
#include "chat_on_terminal.h"
#include "tool_model.h"
#include "toolformer/base/stop_signal.h"
#include "toolformer/base/terminal.h"
#include "toolformer/generate/generate.h"
#include "toolformer/generate/show.h"
#include "toolformer/model/cpu/process.h"
#include "toolformer/model/load.h"
#include "toolformer/record/output.h"

namespace {

using namespace toolformer;

bool go_on() {
  return !base::stop_requested();
}

void answer(const generate::Options& options, generate::Generator& generator) {
  const base::StopSignal stop;
  const generate::ShowStyle style = generate::style_of_stdout(options.color);
  const bool live = options.prompts.size() == 1;
  generate::LiveText text(style, base::write_stdout, go_on);
  if (live) base::write_stdout(generate::shown(options.prompts.front(), style));
  generator.answer(
      [&](const record::Document& document) {
        base::write_stdout((live ? std::string() : generate::show(document, style)) + "\n");
        for (const record::Call& call : document.calls) {
          if (call.error) spdlog::info("{}: {}", document.id, generate::show_failure(call));
        }
      },
      &text.watcher());
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
       .see_also = "tf-finetune, tf-inspect, tf-eval",
       .before_run = model::wait_passively},
      [&](CLI::App& app) { generate::bind(app, options); },
      [&](const apps::Start& start) {
        generate::check(options);
        generate::read_prompt(options);
        if (options.toolbox.cache.empty() && !options.run.output.empty() && !options.run.dry_run) {
          options.toolbox.cache = record::tool_cache_beside(options.run);
        }
        options.model = model::resolve(options.model);
        options.toolbox.load_model = apps::tool_model(options.model);
        const auto model = model::load_language_model(options.model);
        if (options.run.dry_run) {
          base::write_stdout(generate::dry_run(options, *model));
          return 0;
        }
        generate::Generator generator(options, *model);
        if (options.chat) {
          apps::chat_on_terminal(generator, generate::style_of_stdout(options.color));
        } else if (options.prompts.empty()) {
          generator.run(lm::recorded(options.model, start.config));
        } else {
          answer(options, generator);
        }
        return 0;
      });
}
