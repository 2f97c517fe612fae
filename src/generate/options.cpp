// SPDX-License-Identifier: Apache-2.0
#include "toolformer/generate/options.h"

#include <CLI/CLI.hpp>

#include "toolformer/base/error.h"
#include "toolformer/text/prompt.h"

namespace toolformer::generate {

void bind(CLI::App& app, Options& options) {
  record::bind(app, options.run);
  lm::bind(app, options.model);
  decode::bind(app, options.decoding);
  app.add_option("--prompt", options.prompts, "Text to continue on stdout; may be given again")
      ->allow_extra_args(false);
  tools::bind(app, options.toolbox);
  app.add_option("--prompt-style", options.prompt_style,
                 "none, or primed: demonstrations of each tool before every prompt, for a model "
                 "that was not fine-tuned")
      ->capture_default_str();
  app.add_option("--prompts", options.prompt_directory,
                 "Directory of the demonstrations; default: the shipped ones");
  app.add_option("--batch", options.batch, "Prompts decoded together; changes no result")
      ->capture_default_str();
  app.add_option(
         "--color", options.color,
         "Calls of --prompt in colour: auto (on a terminal, unless NO_COLOR is set), always, never")
      ->capture_default_str();
}

void check(const Options& options) {
  lm::check(options.model);
  decode::check(options.decoding);
  if (options.prompts.empty()) {
    if (options.run.input.empty()) {
      throw base::UsageError("nothing to continue: give --prompt TEXT, or --input and --output");
    }
    record::check(options.run);
  } else if (!options.run.input.empty()) {
    throw base::UsageError("--prompt and --input exclude each other");
  } else if (!options.run.output.empty()) {
    throw base::UsageError("--prompt answers on stdout; leave --output out, or give --input");
  }
  if (options.prompt_style != "none" && options.prompt_style != "primed") {
    base::throw_error<base::UsageError>("--prompt-style must be none or primed, got \"{}\"",
                                        options.prompt_style);
  }
  if (options.prompt_style == "primed" && options.decoding.markers == "token") {
    throw base::UsageError(
        "demonstrations are written with text markers: --prompt-style primed needs --markers text");
  }
  if (options.batch == 0) throw base::UsageError("--batch must be at least 1, got 0");
}

}  // namespace toolformer::generate
