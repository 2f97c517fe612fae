// SPDX-License-Identifier: Apache-2.0
#include "toolformer/generate/options.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
#include <iterator>

#include "toolformer/base/choice_flag.h"
#include "toolformer/base/error.h"
#include "toolformer/base/number_flag.h"
#include "toolformer/base/utf8.h"
#include "toolformer/calls/prompt.h"
#include "toolformer/tools/dispatch/toolbox_file.h"

namespace toolformer::generate {

void bind(CLI::App& app, Options& options) {
  record::bind(app, options.run);
  lm::bind(app, options.model);
  lm::bind_sample_dtype(app, options.model);
  decode::bind(app, options.decoding);
  app.add_option("--prompt", options.prompts,
                 "Text to continue on stdout, - for that of standard input; may be given again")
      ->allow_extra_args(false);
  app.add_flag("--chat", options.chat,
               "Try the model by hand: prompt after prompt; /help says more");
  app.add_flag("--timings", options.timings,
               "Seconds of each prompt, and of them those of tools, in the records");
  tools::bind(app, options.toolbox);
  tools::bind_exclude_own(app, options.toolbox);
  base::add_choice(app, "prompt-style", options.prompt_style,
                   "none, or primed: demonstrations of each tool before every prompt, for a model "
                   "that was not fine-tuned");
  app.add_option("--prompts", options.prompt_directory,
                 "Directory of prompt files (not a prompt): the demonstrations of --prompt-style "
                 "primed; empty: the shipped ones");
  base::take_count(
      app.add_option("--batch", options.batch, "Prompts decoded together; changes no result"),
      {.most = base::kMillion});
  base::add_choice(
      app, "color", options.color,
      "Calls of --prompt in colour: auto (on a terminal, unless NO_COLOR is set), always, never");
}

void check(const Options& options) {
  lm::check(options.model);
  decode::check(options.decoding);
  const auto stdin_prompts = std::count(options.prompts.begin(), options.prompts.end(), "-");
  if (stdin_prompts > 1) throw base::UsageError("--prompt - reads standard input; give it once");
  for (const std::string& prompt : options.prompts) {
    if (const auto place = base::find_invalid_utf8(prompt)) {
      base::throw_error<base::UsageError>("--prompt is no valid UTF-8 from byte {} on", *place);
    }
  }
  if (options.chat) {
    if (!options.prompts.empty() || !options.run.input.empty() || !options.run.output.empty()) {
      throw base::UsageError("--chat reads the terminal; leave --prompt, --input and --output out");
    }
  } else if (options.prompts.empty()) {
    if (options.run.input.empty()) {
      throw base::UsageError(
          "nothing to continue: give --prompt TEXT, or --input and --output, or --chat");
    }
    record::check(options.run);
  } else if (!options.run.input.empty()) {
    throw base::UsageError("--prompt and --input exclude each other");
  } else if (!options.run.output.empty()) {
    throw base::UsageError("--prompt answers on stdout; leave --output out, or give --input");
  }
  if (options.prompt_style == PromptStyle::kPrimed &&
      options.decoding.markers == calls::MarkerChoice::kToken) {
    throw base::UsageError(
        "demonstrations are written with text markers: --prompt-style primed needs --markers text");
  }
  // Also where no call can be made, as with --call-top-k 0.
  tools::check_tool_names(tools::read_toolbox_files(options.toolbox.file), options.toolbox.tools);
  if (options.batch == 0) throw base::UsageError("--batch must be at least 1, got 0");
}

void read_prompt(Options& options) {
  const auto place = std::find(options.prompts.begin(), options.prompts.end(), "-");
  if (place == options.prompts.end()) return;
  std::string text((std::istreambuf_iterator<char>(std::cin)), {});
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  if (text.empty()) {
    throw base::UsageError("--prompt -: standard input is empty, so there is nothing to continue");
  }
  if (const auto invalid = base::find_invalid_utf8(text)) {
    base::throw_error<base::UsageError>(
        "--prompt -: standard input is no valid UTF-8 from byte {} on", *invalid);
  }
  *place = std::move(text);
}

}  // namespace toolformer::generate
