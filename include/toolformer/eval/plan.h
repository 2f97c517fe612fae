// SPDX-License-Identifier: Apache-2.0
// What a run measures: tasks with their items, and one row per model and way of decoding.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "toolformer/eval/items.h"
#include "toolformer/eval/options.h"
#include "toolformer/eval/task.h"

namespace toolformer::eval {

/// A task and where its items come from.
struct PlannedTask {
  Task task;
  std::string source;  ///< the file, or "made by the program"
  Items items;
};

/// The tasks of --tasks, then one for each file of --perplexity, named after it. Reads every file.
/// Throws UsageError for a task without data (naming the flag) or a --data that no task asks for.
std::vector<PlannedTask> plan_tasks(const Options& options);

struct RowPlan {
  std::string name;  ///< "base (disabled)", "base", "base k=3"
  std::string model;
  std::size_t call_top_k = 0;
  Control control = Control::kNone;
};

/// The rows of a model: first those of its own calls, then --results, then --controls. A task
/// without an ideal call has no row of it; a perplexity task has one row, named as the model.
std::vector<RowPlan> plan_rows(const Options& options, const Task& task, const std::string& model);

/// Where the items of a task (as a control has them), and what a row makes of them, are kept below
/// --output.
std::filesystem::path items_file(const Options& options, const Task& task,
                                 Control control = Control::kNone);
std::filesystem::path cell_file(const Options& options, const Task& task, const RowPlan& row);

/// --dry-run: per task the items, what was left out and why, and the first prompt in full.
std::string describe(const Options& options, const std::vector<PlannedTask>& tasks);

}  // namespace toolformer::eval
