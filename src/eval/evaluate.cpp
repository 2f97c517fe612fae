// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/evaluate.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <limits>

#include "toolformer/base/atomic_file.h"
#include "toolformer/base/error.h"
#include "toolformer/base/log.h"
#include "toolformer/base/stop_signal.h"
#include "toolformer/base/terminal.h"
#include "toolformer/eval/cell.h"
#include "toolformer/eval/control_items.h"
#include "toolformer/eval/figures.h"
#include "toolformer/eval/plan.h"
#include "toolformer/eval/report.h"
#include "toolformer/record/document_reader.h"
#include "toolformer/tools/dispatch/toolbox_file.h"

namespace toolformer::eval {
namespace {

/// Unchanged bytes stay as they are: the cells remember the file they were made from.
void write_if_changed(const std::filesystem::path& path, const std::string& bytes) {
  std::filesystem::create_directories(path.parent_path());
  if (std::filesystem::exists(path) && base::read_file(path) == bytes) return;
  base::write_file_atomically(path, bytes);
}

/// What the tools of any row lack is found before hours of other rows.
void make_tools(const Options& options, const std::vector<PlannedTask>& tasks, RunTools& tools) {
  // Also where no row has tools.
  tools::check_tool_names(tools::read_toolbox_files(options.toolbox.file), options.toolbox.tools);
  if (options.decoding.max_calls == 0) return;
  for (const NamedModel& model : named_models(options)) {
    for (const PlannedTask& planned : tasks) {
      if (planned.task.kind == Task::Kind::kPerplexity) continue;
      for (const RowPlan& row : plan_rows(options, planned.task, model.name))
        if (row.call_top_k > 0 || row.control != Control::kNone)
          return static_cast<void>(tools.allowed(planned.task));
    }
  }
}

/// The same for the windows of a model.
void check_windows(const Options& options, const NamedModel& model, const lm::LanguageModel& loaded,
                   const std::vector<PlannedTask>& tasks) {
  const bool reads_texts = std::any_of(tasks.begin(), tasks.end(), [](const PlannedTask& planned) {
    return planned.task.kind == Task::Kind::kPerplexity;
  });
  if (!reads_texts) return;
  const WindowOptions windows = fit(options.windows, loaded);
  if (windows.overlap != options.windows.overlap) {
    spdlog::info("{}: its context holds {} tokens, so windows overlap by {}", model.name,
                 loaded.context_length(), windows.overlap);
  }
}

void write_control_items(const Options& options, const PlannedTask& planned, const RowPlan& row,
                         RunTools& tools) {
  if (row.control != Control::kIdeal && row.control != Control::kRetrieval) return;
  const ControlItems made = control_items(planned.task, planned.items, row.control, tools);
  for (const auto& [kind, count] : made.errors)
    spdlog::warn("{}: {}: {} of {} items have no ideal result: {}", planned.task.name, row.name,
                 count, planned.items.documents.size(), kind);
  write_if_changed(items_file(options, planned.task, row.control), to_lines(made.items));
}

void run_model(const Options& options, const NamedModel& model, lm::LanguageModel& loaded,
               const std::vector<PlannedTask>& tasks, RunTools& tools) {
  check_windows(options, model, loaded, tasks);
  for (const PlannedTask& planned : tasks) {
    for (const RowPlan& row : plan_rows(options, planned.task, model.name)) {
      spdlog::info("{}: {}", planned.task.name, row.name);
      write_control_items(options, planned, row, tools);
      run_cell(options,
               {.task = planned.task,
                .row = row,
                .items = items_file(options, planned.task, row.control),
                .output = cell_file(options, planned.task, row)},
               loaded, tools);
    }
  }
}

/// A file or a pipe gets whole lines.
std::size_t report_width() {
  constexpr std::size_t kWhole = std::numeric_limits<std::size_t>::max() / 2;
  return isatty(STDOUT_FILENO) != 0 ? base::terminal_width(STDOUT_FILENO) : kWhole;
}

std::string write_report(const Options& options, const std::vector<PlannedTask>& tasks) {
  std::vector<TaskFigures> figures;
  std::vector<TextTable> tables;
  for (const PlannedTask& planned : tasks) {
    std::vector<RowPlan> rows;
    for (const NamedModel& model : named_models(options)) {
      for (RowPlan& row : plan_rows(options, planned.task, model.name))
        rows.push_back(std::move(row));
    }
    figures.push_back(figure_task(planned, rows, options));
    for (TextTable& table : tables_of(figures.back())) tables.push_back(std::move(table));
  }
  for (TextTable& table : tool_table(figures)) tables.push_back(std::move(table));
  const std::filesystem::path output = options.run.output;
  base::write_file_atomically(output / "results.json", to_json(figures, options).dump(2) + "\n");
  base::write_file_atomically(output / "results.md", to_markdown(tables));
  return to_terminal(tables, report_width());
}

void add_share(const StatementCounts& counts, const std::string& name, TextTable& table) {
  const auto shown = [](std::size_t right, std::size_t all) {
    if (all == 0) return std::string("-");
    return fmt::format("{} of {} ({:.1f}%)", right, all,
                       100.0 * static_cast<double>(right) / static_cast<double>(all));
  };
  table.rows.push_back({name, shown(counts.true_equations, counts.equations),
                        shown(counts.true_dates, counts.dates)});
}

}  // namespace

std::string evaluate(const Options& options, const LoadModel& load) {
  const std::vector<PlannedTask> tasks = plan_tasks(options);
  if (options.run.dry_run) return describe(options, tasks);
  for (const PlannedTask& planned : tasks) {
    for (const auto& [reason, count] : planned.items.left_out)
      spdlog::warn("{}: {} rows left out: {}", planned.task.name, count,
                   base::escape_for_log(reason));
    write_if_changed(items_file(options, planned.task), to_lines(planned.items));
  }
  RunTools tools(options);
  make_tools(options, tasks, tools);
  for (const NamedModel& model : named_models(options)) {
    lm::ModelOptions settings = options.model;
    settings.model = model.path;
    const std::unique_ptr<lm::LanguageModel> loaded = load(settings);
    run_model(options, model, *loaded, tasks, tools);
  }
  return write_report(options, tasks);
}

std::string evaluate_statements(const Options& options) {
  TextTable table{
      .title = "Statements", .rows = {{"", "true equations", "true dates"}}, .notes = {}};
  for (const std::string& file : options.statements) {
    record::RunOptions run;
    run.input = {file};
    run.limit = options.run.limit;
    record::DocumentReader reader(run);
    StatementCounts counts;
    std::size_t rejected = 0;
    while (const auto item = reader.next()) {
      const record::Document& document = item->document;
      const auto prompt =
          document.extra.is_object() ? document.extra.find("prompt_bytes") : document.extra.end();
      const bool has_prompt = document.extra.is_object() && prompt != document.extra.end();
      if (item->reject || (has_prompt && !prompt->is_number_unsigned())) {
        ++rejected;
        continue;
      }
      const std::size_t begin = has_prompt ? prompt->get<std::size_t>() : 0;
      counts.add(find_statements(
          std::string_view(document.text).substr(std::min(begin, document.text.size()))));
    }
    if (rejected > 0)
      table.notes.push_back(fmt::format("{}: {} lines are no records", file, rejected));
    add_share(counts, file, table);
  }
  return to_terminal({table}, report_width());
}

}  // namespace toolformer::eval
