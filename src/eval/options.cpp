// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/options.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <regex>
#include <set>
#include <sstream>

#include "toolformer/base/choice_flag.h"
#include "toolformer/base/error.h"
#include "toolformer/base/number_flag.h"

namespace toolformer::eval {
namespace {

void bind_output(CLI::App& app, record::RunOptions& run) {
  app.add_option("--output", run.output,
                 "Directory of the results: table, figures, one line per item; a later run goes on "
                 "with what is there");
  base::take_count(app.add_option("--limit", run.limit, "Only the first N items of each task"));
  record::bind_run(app, run);
  app.add_flag("--dry-run", run.dry_run, "Show the items and the first prompt, write nothing");
}

/// decode's flags, where a task or a row has its own say about three of them.
void bind_decoding(CLI::App& app, Options& options) {
  decode::bind(app, options.decoding);
  for (const char* flag : {"--call-top-k", "--max-new-tokens", "--stop"}) {
    app.remove_option(app.get_option(flag));
  }
  base::take_count(
      app.add_option(
          "--call-top-k", options.call_top_k,
          "One row per value and model: call when the open marker is among the k most likely "
          "tokens; 0: tools disabled, 1: as the model decides, 10: the paper's rule"))
      ->delimiter(',');
  base::take_count(app.add_option("--max-new-tokens", options.max_new_tokens,
                                  "Tokens of text to generate, instead of what each task says"),
                   {.most = base::kMillion});
  app.add_option("--stop", options.stop, "End before this text, instead of what each task says");
}

std::string after_equals(const std::string& entry) {
  return entry.substr(entry.find('=') + 1);
}

void check_pairs(const std::vector<std::string>& entries, const char* flag, const char* wanted) {
  for (const std::string& entry : entries) {
    const std::size_t equals = entry.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == entry.size())
      base::throw_error<base::UsageError>("{} {}: expected {}", flag, entry, wanted);
  }
}

void check_exists(const std::string& path, const char* flag) {
  if (!std::filesystem::exists(path))
    base::throw_error<base::UsageError>("{} {}: no such file or directory", flag, path);
}

void check_models(const Options& options) {
  static const std::regex kName("[A-Za-z0-9][A-Za-z0-9._+-]*");
  check_pairs(options.models, "--models", "NAME=PATH");
  std::set<std::string> names;
  for (const NamedModel& model : named_models(options)) {
    if (!std::regex_match(model.name, kName)) {
      base::throw_error<base::UsageError>(
          "--models {}: a name is letters, digits, and . _ + - behind the first: it names files",
          model.name);
    }
    if (!names.insert(model.name).second)
      base::throw_error<base::UsageError>("--models: {} is named twice", model.name);
    lm::ModelOptions one = options.model;
    one.model = model.path;
    lm::check(one);
  }
  for (const std::string& name : options.without_tools) {
    if (names.count(name) == 0)
      base::throw_error<base::UsageError>("--without-tools {}: --models has no such name", name);
  }
}

void check_joined(const Options& options) {
  check_pairs(options.join, "--join", "NAME=MODEL,MODEL");
  std::set<std::string> names;
  for (const NamedModel& model : named_models(options)) names.insert(model.name);
  for (const JoinedModels& joined : joined_models(options)) {
    if (!names.insert(joined.name).second)
      base::throw_error<base::UsageError>("--join: the name {} is taken", joined.name);
    if (joined.models.size() < 2)
      base::throw_error<base::UsageError>("--join {}: name two models or more", joined.name);
    for (const std::string& model : joined.models) {
      if (names.count(model) == 0 || model == joined.name)
        base::throw_error<base::UsageError>("--join {}: --models has no {}", joined.name, model);
    }
  }
}

void check_numbers(const Options& options) {
  if (options.batch == 0) throw base::UsageError("--batch must be at least 1, got 0");
  if (options.resamples == 0) throw base::UsageError("--resamples must be at least 1, got 0");
  if (options.call_top_k.empty()) throw base::UsageError("--call-top-k needs a value");
  const std::set<std::size_t> different(options.call_top_k.begin(), options.call_top_k.end());
  if (different.size() < options.call_top_k.size())
    throw base::UsageError("--call-top-k: a value is given twice");
  if (options.windows.window < 2 || options.windows.overlap + 1 >= options.windows.window) {
    base::throw_error<base::UsageError>(
        "--window {} --overlap {}: a window must hold more than its overlap and the start token",
        options.windows.window, options.windows.overlap);
  }
}

}  // namespace

void bind(CLI::App& app, Options& options) {
  app.add_option("--models", options.models, "NAME=PATH of each model, in the order of the rows");
  app.add_option("--tasks", options.tasks,
                 "Names of shipped tasks or files x.toml, separated by commas")
      ->delimiter(',');
  app.add_option("--data", options.data,
                 "TASK=FILE: the items (JSON lines or JSON) of a task, and of those whose names go "
                 "on with . or -");
  app.add_option("--perplexity", options.perplexity,
                 "Files of records or x.txt: perplexity per token, bits per byte");
  app.add_option("--statements", options.statements,
                 "Files of records: how many equations and dates in them are true; needs no model");
  app.add_option("--without-tools", options.without_tools,
                 "Names of models that only get the row with tools disabled")
      ->delimiter(',');
  base::add_choices(
      app, "results", options.results,
      "Rows behind the real ones: shuffled: each result taken from another item, a "
      "control; ideal: the task's ideal call with its result in the prompt, a ceiling");
  base::add_choices(
      app, "controls", options.controls,
      "Rows behind those: demonstrations: the tools' demonstrations in the prompt, of "
      "the models of --without-tools where there are any; retrieval: what the ideal "
      "call finds stands before the prompt, without a call");
  app.add_option("--prompts", options.prompts,
                 "Directory of the demonstrations; empty: the shipped ones");
  app.add_option("--join", options.join,
                 "NAME=MODEL,MODEL: models that are seeds of one recipe; their mean and range");
  app.add_option("--decontaminate", options.decontaminate,
                 "Training texts (records): right answers are also shown without the items that "
                 "share a run of words with them");
  base::take_count(
      app.add_option("--decontaminate-words", options.decontaminate_words, "Words of such a run"),
      {.most = 100});
  app.add_option("--task-directory", options.task_directory,
                 "Where --tasks looks for names; default: the shipped ones");
  lm::bind(app, options.model);
  app.remove_option(app.get_option("--model"));
  bind_decoding(app, options);
  base::take_count(
      app.add_option("--batch", options.batch, "Prompts decoded together; changes no result"),
      {.most = base::kMillion});
  base::take_count(
      app.add_option("--window", options.windows.window, "Perplexity: tokens read at once at most"),
      {.most = base::kMillion});
  base::take_count(
      app.add_option("--overlap", options.windows.overlap,
                     "Perplexity: tokens of the window before that a window begins with"),
      {.most = base::kMillion});
  base::take_count(app.add_option("--resamples", options.resamples, "Rounds of the bootstrap"),
                   {.most = base::kMillion});
  tools::bind(app, options.toolbox);
  tools::bind_exclude_own(app, options.toolbox);
  bind_output(app, options.run);
}

void check(const Options& options) {
  for (const std::string& task : options.tasks) {
    if (task.find('/') != std::string::npos) check_exists(task, "--tasks");
  }
  for (const std::string& file : options.perplexity) check_exists(file, "--perplexity");
  for (const std::string& file : options.statements) check_exists(file, "--statements");
  check_pairs(options.data, "--data", "TASK=FILE");
  for (const std::string& entry : options.data) check_exists(after_equals(entry), "--data");
  decode::check(options.decoding);
  check_models(options);
  check_joined(options);
  for (const std::string& file : options.decontaminate) check_exists(file, "--decontaminate");
  if (options.decontaminate_words == 0)
    throw base::UsageError("--decontaminate-words must be at least 1, got 0");
  check_numbers(options);
  if (!options.statements.empty()) {
    if (!options.tasks.empty() || !options.perplexity.empty())
      throw base::UsageError("--statements stands alone: tasks count them in their outputs");
    return;
  }
  if (options.tasks.empty() && options.perplexity.empty())
    throw base::UsageError("nothing to measure: give --tasks, --perplexity or --statements");
  if (options.models.empty() && !options.run.dry_run)
    throw base::UsageError("--models is required: NAME=PATH of each model");
  if (options.run.output.empty()) throw base::UsageError("--output must name a directory");
}

std::vector<NamedModel> named_models(const Options& options) {
  std::vector<NamedModel> models;
  for (const std::string& entry : options.models) {
    models.push_back({entry.substr(0, entry.find('=')), after_equals(entry)});
  }
  return models;
}

std::vector<JoinedModels> joined_models(const Options& options) {
  std::vector<JoinedModels> all;
  for (const std::string& entry : options.join) {
    JoinedModels joined{.name = entry.substr(0, entry.find('=')), .models = {}};
    std::istringstream list(after_equals(entry));
    for (std::string model; std::getline(list, model, ',');) joined.models.push_back(model);
    all.push_back(std::move(joined));
  }
  return all;
}

}  // namespace toolformer::eval
