// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/plan.h"

#include <algorithm>
#include <set>

#include "toolformer/base/error.h"
#include "toolformer/base/terminal.h"
#include "toolformer/eval/dateset.h"
#include "toolformer/eval/template.h"

namespace toolformer::eval {
namespace {

/// "a/c4.jsonl.gz" -> "c4"
std::string stem_of(const std::string& path) {
  const std::string name = std::filesystem::path(path).filename().string();
  return name.substr(0, name.find('.', 1));
}

std::map<std::string, std::string> data_files(const Options& options) {
  std::map<std::string, std::string> files;
  for (const std::string& entry : options.data) {
    const std::size_t equals = entry.find('=');
    files[entry.substr(0, equals)] = entry.substr(equals + 1);
  }
  return files;
}

template <class T>
bool holds(const std::vector<T>& list, const T& wanted) {
  return std::find(list.begin(), list.end(), wanted) != list.end();
}

std::string suffix_of(Control control) {
  switch (control) {
    case Control::kShuffled:
      return "shuffled";
    case Control::kIdeal:
      return "ideal";
    case Control::kRetrieval:
      return "retrieval";
    case Control::kDemonstrations:
      return "demonstrations";
    default:
      return "";
  }
}

/// --data for the task or for all whose names go on from there with . or -, else what the task file
/// says.
std::string file_of(const Task& task, const std::map<std::string, std::string>& data,
                    std::set<std::string>& used) {
  std::string file;
  for (std::size_t end = 0; end != std::string::npos;) {  // the longest name wins
    end = task.name.find_first_of(".-", end + 1);
    const auto found = data.find(task.name.substr(0, end));
    if (found == data.end()) continue;
    used.insert(found->first);
    file = found->second;
  }
  if (!file.empty()) return file;
  if (task.data.empty() && task.generator.empty()) {
    base::throw_error<base::UsageError>("task {} needs its items: --data {}=FILE", task.name,
                                        task.name);
  }
  return task.data;
}

PlannedTask plan(Task task, const std::string& file) {
  if (file.empty()) {
    Items items = make_items(task, make_dateset(), task.name);
    return {std::move(task), "made by the program", std::move(items)};
  }
  Items items = make_items(task, read_rows(file, task.each), file);
  return {std::move(task), file, std::move(items)};
}

Task perplexity_task(const std::string& file) {
  Task task;
  task.name = stem_of(file);
  task.kind = Task::Kind::kPerplexity;
  task.prompt = "{text}";
  task.id = "{id}";
  task.source = {{"kind", "perplexity"}, {"prompt", task.prompt}};
  return task;
}

}  // namespace

std::vector<PlannedTask> plan_tasks(const Options& options) {
  const std::filesystem::path directory = options.task_directory.empty()
                                              ? default_task_directory()
                                              : std::filesystem::path(options.task_directory);
  const std::map<std::string, std::string> data = data_files(options);
  std::set<std::string> used, names;
  std::vector<PlannedTask> planned;
  for (const std::string& name : options.tasks) {
    for (Task& task : load_tasks(name, directory)) {
      const std::string file = file_of(task, data, used);
      planned.push_back(plan(std::move(task), file));
    }
  }
  for (const auto& [name, file] : data) {
    if (used.count(name) == 0)
      base::throw_error<base::UsageError>("--data {}={}: --tasks has no such task", name, file);
  }
  for (const std::string& file : options.perplexity)
    planned.push_back(plan(perplexity_task(file), file));
  for (const PlannedTask& one : planned) {
    if (!names.insert(one.task.name).second) {
      base::throw_error<base::UsageError>(
          "two tasks are named {}; give one of the files another name", one.task.name);
    }
  }
  return planned;
}

std::vector<RowPlan> plan_rows(const Options& options, const Task& task, const std::string& model) {
  if (task.kind == Task::Kind::kPerplexity) return {{model, model, 0}};
  const bool only_disabled = holds(options.without_tools, model);
  const auto enabled = std::count_if(options.call_top_k.begin(), options.call_top_k.end(),
                                     [](auto k) { return k > 0; });
  std::vector<RowPlan> rows;
  const auto add = [&](std::size_t k, Control control, const std::string& said) {
    std::string name = model + said;
    if (k > 0 && enabled > 1) name += fmt::format(" k={}", k);
    rows.push_back({std::move(name), model, k, control});
  };
  const auto add_enabled = [&](Control control, const std::string& said) {
    for (const std::size_t k : options.call_top_k)
      if (k > 0) add(k, control, said);
  };
  if (only_disabled) add(0, Control::kNone, " (disabled)");
  for (const std::size_t k : options.call_top_k)
    if (!only_disabled) add(k, Control::kNone, k == 0 ? " (disabled)" : "");
  if (holds(options.results, Results::kShuffled) && !only_disabled)
    add_enabled(Control::kShuffled, " (results shuffled)");
  if (holds(options.results, Results::kIdeal) && !task.ideal_tool.empty())
    add(0, Control::kIdeal, " (ideal call)");
  if (holds(options.controls, Extra::kDemonstrations) &&
      (only_disabled || options.without_tools.empty()))
    add_enabled(Control::kDemonstrations, " (demonstrations)");
  if (holds(options.controls, Extra::kRetrieval) && !task.ideal_tool.empty())
    add(0, Control::kRetrieval, " (always retrieve)");
  return rows;
}

std::filesystem::path items_file(const Options& options, const Task& task, Control control) {
  const bool own = control == Control::kIdeal || control == Control::kRetrieval;
  return std::filesystem::path(options.run.output) / "items" /
         (task.name + (own ? "." + suffix_of(control) : "") + ".jsonl");
}

std::filesystem::path cell_file(const Options& options, const Task& task, const RowPlan& row) {
  std::string way = "perplexity";
  if (task.kind != Task::Kind::kPerplexity) {
    way = fmt::format("call-top-k-{}", row.call_top_k);
    if (row.control != Control::kNone) way += "-" + suffix_of(row.control);
  }
  return std::filesystem::path(options.run.output) / row.model / way / (task.name + ".jsonl");
}

std::string describe(const Options& options, const std::vector<PlannedTask>& tasks) {
  std::string text;
  for (const PlannedTask& planned : tasks) {
    const Items& items = planned.items;
    const std::size_t asked =
        std::min(items.documents.size(), options.run.limit.value_or(items.documents.size()));
    text += fmt::format("task {} (version {}): {} items, {}\n", planned.task.name,
                        planned.task.version, asked, planned.source);
    for (const auto& [reason, count] : items.left_out)
      text += fmt::format("  {} rows left out: {}\n", count, reason);
    if (planned.task.kind == Task::Kind::kGenerate) {
      const record::Document& first = items.documents.front();
      text += fmt::format("  first prompt:\n{}\n  gold: {}\n",
                          base::escape_controls(first.text, true), first.meta["answers"].dump());
    }
  }
  return text + "dry run: no model was loaded, nothing was written\n";
}

}  // namespace toolformer::eval
