// SPDX-License-Identifier: Apache-2.0
// The settings of tf-generate.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "toolformer/base/enum_names.h"
#include "toolformer/base/terminal.h"
#include "toolformer/decode/options.h"
#include "toolformer/lm/model_options.h"
#include "toolformer/record/run_options.h"
#include "toolformer/tools/contract/toolbox_options.h"

namespace CLI {
class App;
}

namespace toolformer::generate {

enum class PromptStyle {
  kNone,
  kPrimed,  ///< demonstrations of each tool before every prompt
};
constexpr base::Names<2> names_of(PromptStyle /*type*/) {
  return {"none", "primed"};
}

struct Options {
  record::RunOptions run;
  lm::ModelOptions model;
  decode::Options decoding;
  std::vector<std::string> prompts;  ///< --prompt TEXT: answered on stdout; "-": standard input
  bool chat = false;                 ///< prompts of a person at the terminal
  bool timings = false;              ///< seconds in the records
  tools::ToolboxOptions toolbox;     ///< now: today where no flag and no file names a day
  PromptStyle prompt_style = PromptStyle::kNone;
  std::string prompt_directory;  ///< of the demonstrations; empty: the shipped ones
  std::size_t batch = 16;        ///< prompts decoded together
  base::Color color = base::Color::kAuto;
};

void bind(CLI::App& app, Options& options);
void check(const Options& options);

/// Puts the text of standard input, without its last line break, in the place of the prompt "-".
/// Throws UsageError when it is empty or no UTF-8.
void read_prompt(Options& options);

}  // namespace toolformer::generate
