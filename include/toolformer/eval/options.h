// SPDX-License-Identifier: Apache-2.0
// The settings of tf-eval.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "toolformer/base/enum_names.h"
#include "toolformer/decode/options.h"
#include "toolformer/eval/perplexity.h"
#include "toolformer/lm/model_options.h"
#include "toolformer/record/run_options.h"
#include "toolformer/tools/contract/toolbox_options.h"

namespace CLI {
class App;
}

namespace toolformer::eval {

/// What a row shows besides its model's own calls and their own results: a ceiling or a control.
enum class Control {
  kNone,            ///< the row of interest: its own calls, their results
  kShuffled,        ///< its own calls, but the result of another item's call of the same tool
  kIdeal,           ///< the call that the task names stands with its result in the prompt
  kRetrieval,       ///< its result stands before the prompt, no call is made
  kDemonstrations,  ///< the tools' demonstrations stand before the prompt
};
enum class Results { kReal, kShuffled, kIdeal };
constexpr base::Names<3> names_of(Results /*type*/) {
  return {"real", "shuffled", "ideal"};
}
enum class Extra { kDemonstrations, kRetrieval };
constexpr base::Names<2> names_of(Extra /*type*/) {
  return {"demonstrations", "retrieval"};
}

struct Options {
  std::vector<std::string> models;      ///< NAME=PATH, in the order of the table's rows
  std::vector<std::string> tasks;       ///< names or files
  std::vector<std::string> data;        ///< TASK=FILE
  std::vector<std::string> perplexity;  ///< files
  std::vector<std::string> statements;  ///< files of records: counts statements, needs no model
  std::vector<std::size_t> call_top_k = {0, 1, 10};  ///< one row each; 0: tools disabled
  std::vector<std::string> without_tools;            ///< names of models that only get the row of 0
  std::vector<Results> results = {Results::kReal};   ///< further rows behind the real ones
  std::vector<Extra> controls;                       ///< likewise
  std::vector<std::string> join;                     ///< NAME=MODEL,MODEL: seeds of one recipe
  std::vector<std::string> decontaminate;            ///< training texts
  std::size_t decontaminate_words = 8;  ///< words of a run that an item shares with one of them
  std::string prompts;         ///< directory of the demonstrations; empty: the shipped ones
  std::string task_directory;  ///< empty: the shipped ones

  lm::ModelOptions model;  ///< device, dtype, threads, engine
  decode::Options decoding;
  std::optional<std::size_t> max_new_tokens;  ///< instead of the tasks' own
  std::optional<std::string> stop;            ///< instead of the tasks' own
  std::size_t batch = 16;
  WindowOptions windows;
  std::size_t resamples = 2000;  ///< of the bootstrap

  tools::ToolboxOptions toolbox;  ///< now: today where no flag and no file names a day

  record::RunOptions run = {.output = "out/eval"};  ///< without input and shard
  nlohmann::ordered_json config;  ///< no flag: all options, resolved; part of what each cell is
};

/// One of `models`.
struct NamedModel {
  std::string name, path;
};
/// One of `join`.
struct JoinedModels {
  std::string name;
  std::vector<std::string> models;
};

void bind(CLI::App& app, Options& options);
void check(const Options& options);

/// "NAME=PATH"; throws UsageError that names the flag.
std::vector<NamedModel> named_models(const Options& options);
std::vector<JoinedModels> joined_models(const Options& options);

}  // namespace toolformer::eval
