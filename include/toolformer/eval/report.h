// SPDX-License-Identifier: Apache-2.0
// The figures for people (terminal, Markdown) and for programs (JSON).
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "toolformer/eval/figures.h"
#include "toolformer/eval/options.h"

namespace toolformer::eval {

struct TextTable {
  std::string title;
  std::vector<std::vector<std::string>> rows;  ///< the first holds the headings
  std::vector<std::string> notes;
};

/// Right answers and calls of a task are two tables, its families, where it has some, a third;
/// perplexity is one.
std::vector<TextTable> tables_of(const TaskFigures& figures);
/// Which tool the models chose, task by task: the share of items with a call of it. Nothing where
/// no row calls tools.
std::vector<TextTable> tool_table(const std::vector<TaskFigures>& tasks);

/// A table that is wider than `width` columns is shown in parts below each other, each with the
/// first column.
std::string to_terminal(const std::vector<TextTable>& tables, std::size_t width);
std::string to_markdown(const std::vector<TextTable>& tables);

nlohmann::ordered_json to_json(const std::vector<TaskFigures>& tasks, const Options& options);

}  // namespace toolformer::eval
