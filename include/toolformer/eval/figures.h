// SPDX-License-Identifier: Apache-2.0
// The figures of one row, made of the records of its cell.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "toolformer/eval/plan.h"
#include "toolformer/eval/statements.h"
#include "toolformer/eval/statistics.h"

namespace toolformer::eval {

/// One number per item, in the order of the items.
struct CellData {
  std::map<std::string, std::vector<double>> right;  ///< by rule: 1 or 0
  std::vector<double> called;                        ///< 1: a call with a result was made
  std::vector<std::string> cluster, family;          ///< of each item; empty: it has none
  std::vector<double> nll, nll_no_calls, tokens, bytes, words;  ///< perplexity
  std::size_t calls = 0;                                        ///< with a result
  std::map<std::string, std::size_t> errors;                    ///< calls without one, by kind
  std::map<std::string, std::size_t> by_tool;                   ///< calls with a result
  std::map<std::string, std::size_t> items_by_tool;             ///< items with such a call
  std::size_t new_tokens = 0, refused = 0;
  StatementCounts statements;  ///< in the outputs
  double seconds = 0;          ///< wall time of all runs, without loading the model

  std::size_t items() const { return called.empty() ? nll.size() : called.size(); }
};

/// Throws DataError when the file is not what run_cell writes.
CellData read_cell(const std::filesystem::path& file, const Task& task);

/// A part of the items: of one family, or those that overlap with no training text.
struct PartFigures {
  std::size_t items = 0;
  std::vector<Estimate> right;  ///< per rule of the task
};

struct RowFigures {
  RowPlan row;
  CellData data;
  std::vector<Estimate> right;                              ///< per rule of the task, 0 to 1
  std::optional<double> right_when_called, right_when_not;  ///< of the first rule
  std::map<std::string, PartFigures> families;
  std::optional<PartFigures> clean;                  ///< without overlap (--decontaminate)
  Estimate log_perplexity, log_perplexity_no_calls;  ///< nats per token
  Estimate bits_per_byte, log_word_perplexity;
  /// Against the first row of the task, and against the same model with tools disabled; of the
  /// first rule, or of log_perplexity.
  std::optional<Comparison> to_first, to_disabled;
};

/// Rows that differ in nothing but their model, which are seeds of one recipe.
struct JoinedRow {
  std::string name;
  std::size_t models = 0;
  struct Range {
    double mean = 0, low = 0, high = 0;  ///< over the models
  };
  std::vector<Range> right;         ///< per rule of the task
  std::optional<Range> perplexity;  ///< of a perplexity task
};

struct TaskFigures {
  const PlannedTask* planned = nullptr;
  std::size_t items = 0;  ///< that were asked (--limit)
  std::vector<RowFigures> rows;
  std::vector<JoinedRow> joined;
};

TaskFigures figure_task(const PlannedTask& planned, const std::vector<RowPlan>& rows,
                        const Options& options);

}  // namespace toolformer::eval
