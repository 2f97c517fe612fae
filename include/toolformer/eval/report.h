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

/// Right answers and calls of a task are two tables; perplexity is one.
std::vector<TextTable> tables_of(const TaskFigures& figures);

std::string to_terminal(const std::vector<TextTable>& tables);
std::string to_markdown(const std::vector<TextTable>& tables);

nlohmann::ordered_json to_json(const std::vector<TaskFigures>& tasks, const Options& options);

}  // namespace toolformer::eval
