// SPDX-License-Identifier: Apache-2.0
// One cell of a table: all items of a task under one model and one way of decoding. Reads: the
// task's items. Writes: one record per item, through record::ShardRecords: a killed run goes on
// behind what it committed, and another setting is refused. Of a task: text = prompt + output,
// calls[], `augmented`, `prompt_bytes`, `new_tokens`, `finish`, `output` (what was generated,
// without calls), `answers` [{"rule", "answer", "right"}]; an item whose prompt does not fit has
// `refused` instead and counts as wrong. Of perplexity: `nll`, `nll_no_calls` (nats), `tokens`,
// `bytes`, `words`.
#pragma once

#include <filesystem>
#include <string>

#include "toolformer/eval/options.h"
#include "toolformer/eval/plan.h"
#include "toolformer/eval/run_tools.h"
#include "toolformer/eval/task.h"
#include "toolformer/lm/language_model.h"

namespace toolformer::eval {

struct Cell {
  const Task& task;
  const RowPlan& row;
  std::filesystem::path items, output;
};

void run_cell(const Options& options, const Cell& cell, lm::LanguageModel& model, RunTools& tools);

}  // namespace toolformer::eval
