// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "toolformer/base/terminal.h"
#include "toolformer/eval/template.h"
#include "toolformer/version.h"

namespace toolformer::eval {
namespace {

using Cells = std::vector<std::string>;

std::string percent(const Estimate& share) {
  return fmt::format("{:.1f} [{:.1f}, {:.1f}]", 100 * share.value, 100 * share.low,
                     100 * share.high);
}

std::string percent(std::optional<double> share) {
  return share ? fmt::format("{:.1f}", 100 * *share) : "-";
}

std::string share(std::size_t part, std::size_t whole) {
  return whole == 0 ? "-"
                    : fmt::format("{:.1f}",
                                  100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

std::string p_value(double p) {
  return p < 0.001 ? "p < 0.001" : fmt::format("p = {:.3f}", p);
}

std::string difference(const std::optional<Comparison>& comparison, double factor, int places) {
  if (!comparison) return "";
  const Estimate& by = comparison->difference;
  return fmt::format("{:+.{}f} [{:+.{}f}, {:+.{}f}] {}", factor * by.value, places, factor * by.low,
                     places, factor * by.high, places, p_value(comparison->p));
}

std::size_t failed_calls(const CellData& data) {
  std::size_t failed = 0;
  for (const auto& [kind, count] : data.errors) failed += count;
  return failed;
}

std::string errors_of(const CellData& data) {
  std::string text;
  for (const auto& [kind, count] : data.errors)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, kind);
  return text.empty() ? "-" : text;
}

std::string statements(std::size_t right, std::size_t all) {
  return all == 0 ? "-" : fmt::format("{} of {} ({}%)", right, all, share(right, all));
}

std::string title_of(const TaskFigures& figures) {
  const Task& task = figures.planned->task;
  std::string title =
      fmt::format("{} (version {}), {} items", task.name, task.version, figures.items);
  std::size_t left_out = 0;
  for (const auto& [reason, count] : figures.planned->items.left_out) left_out += count;
  if (left_out > 0) title += fmt::format(", {} rows left out", left_out);
  return title;
}

std::string range(const JoinedRow::Range& values, double factor, int places) {
  return fmt::format("{:.{}f} ({:.{}f} to {:.{}f})", factor * values.mean, places,
                     factor * values.low, places, factor * values.high, places);
}

std::string detectable(const RowFigures& row) {
  const auto& comparison = row.to_disabled ? row.to_disabled : row.to_first;
  return comparison ? fmt::format("{:.1f}", 100 * comparison->detectable) : "";
}

/// Rows of fewer cells than the headings end in empty ones.
void pad_rows(TextTable& table) {
  for (Cells& cells : table.rows) cells.resize(table.rows.front().size());
}

TextTable right_table(const TaskFigures& figures) {
  const Task& task = figures.planned->task;
  TextTable table{.title = title_of(figures), .rows = {}, .notes = {}};
  Cells head = {"% right [95%]"};
  for (const AnswerRule& rule : task.rules) head.push_back(rule.name);
  const bool several = figures.rows.size() > 1;
  const bool disabled = std::any_of(figures.rows.begin() + 1, figures.rows.end(),
                                    [](const RowFigures& row) { return row.to_disabled; });
  if (several) head.push_back("more than " + figures.rows.front().row.name);
  if (several && disabled) head.push_back("more than disabled");
  if (several) head.push_back("detectable");
  if (figures.rows.front().clean) head.push_back("without overlap");
  table.rows.push_back(head);
  for (const RowFigures& row : figures.rows) {
    Cells cells = {row.row.name};
    for (const Estimate& right : row.right) cells.push_back(percent(right));
    if (several) cells.push_back(difference(row.to_first, 100, 1));
    if (several && disabled) cells.push_back(difference(row.to_disabled, 100, 1));
    if (several) cells.push_back(detectable(row));
    if (row.clean) cells.push_back(percent(row.clean->right.front()));
    table.rows.push_back(cells);
    if (row.data.refused > 0)
      table.notes.push_back(
          fmt::format("{}: {} prompts do not fit into the context and count as wrong", row.row.name,
                      row.data.refused));
  }
  for (const JoinedRow& joined : figures.joined) {
    Cells cells = {joined.name};
    for (const JoinedRow::Range& right : joined.right) cells.push_back(range(right, 100, 1));
    table.rows.push_back(cells);
  }
  if (const auto& clean = figures.rows.front().clean) {
    table.notes.push_back(fmt::format("{} of {} items share a run of words with the training texts",
                                      figures.items - clean->items, figures.items));
  }
  if (several)
    table.notes.push_back(
        "detectable: the difference (to disabled where there is one, else to the first row) that "
        "such samples show four times in five");
  pad_rows(table);
  return table;
}

TextTable family_table(const TaskFigures& figures) {
  const Task& task = figures.planned->task;
  TextTable table{.title = fmt::format("{}: {} by family", task.name, task.rules.front().name),
                  .rows = {{""}},
                  .notes = {}};
  for (const auto& [family, part] : figures.rows.front().families)
    table.rows[0].push_back(fmt::format("{} ({})", family, part.items));
  for (const RowFigures& row : figures.rows) {
    Cells cells = {row.row.name};
    for (const auto& [family, part] : row.families) cells.push_back(percent(part.right.front()));
    table.rows.push_back(cells);
  }
  pad_rows(table);
  return table;
}

TextTable calls_table(const TaskFigures& figures) {
  const std::string rule = figures.planned->task.rules.front().name;
  TextTable table{.title = figures.planned->task.name + ": calls and statements",
                  .rows = {{"", "items with a call %", rule + " with", rule + " without",
                            "calls per item", "valid %", "failed calls", "true equations",
                            "true dates", "tokens per item", "seconds"}},
                  .notes = {}};
  for (const RowFigures& row : figures.rows) {
    const CellData& data = row.data;
    const auto items = static_cast<double>(std::max<std::size_t>(data.items(), 1));
    const double called = bootstrap_mean(data.called, {.rounds = 1}).value;
    table.rows.push_back({row.row.name, fmt::format("{:.1f}", 100 * called),
                          percent(row.right_when_called), percent(row.right_when_not),
                          fmt::format("{:.2f}", static_cast<double>(data.calls) / items),
                          share(data.calls, data.calls + failed_calls(data)), errors_of(data),
                          statements(data.statements.true_equations, data.statements.equations),
                          statements(data.statements.true_dates, data.statements.dates),
                          fmt::format("{:.1f}", static_cast<double>(data.new_tokens) / items),
                          fmt::format("{:.0f}", data.seconds)});
  }
  return table;
}

std::string exponential(const Estimate& log_value, int places) {
  return fmt::format("{:.{}f} [{:.{}f}, {:.{}f}]", std::exp(log_value.value), places,
                     std::exp(log_value.low), places, std::exp(log_value.high), places);
}

TextTable perplexity_table(const TaskFigures& figures) {
  TextTable table{.title = title_of(figures),
                  .rows = {{"perplexity [95%]", "per token", "calls impossible", "bits per byte",
                            "per word", "tokens", "log, against the first", "seconds"}},
                  .notes = {}};
  for (const RowFigures& row : figures.rows) {
    double tokens = 0;
    for (const double count : row.data.tokens) tokens += count;
    const Estimate& bits = row.bits_per_byte;
    table.rows.push_back({row.row.model, exponential(row.log_perplexity, 3),
                          fmt::format("{:.3f}", std::exp(row.log_perplexity_no_calls.value)),
                          fmt::format("{:.4f} [{:.4f}, {:.4f}]", bits.value, bits.low, bits.high),
                          fmt::format("{:.2f}", std::exp(row.log_word_perplexity.value)),
                          fmt::format("{:.0f}", tokens), difference(row.to_first, 1, 4),
                          fmt::format("{:.0f}", row.data.seconds)});
  }
  for (const JoinedRow& joined : figures.joined)
    table.rows.push_back({joined.name, range(*joined.perplexity, 1, 3)});
  pad_rows(table);
  return table;
}

Json to_json(const Estimate& estimate) {
  return {{"value", estimate.value}, {"low", estimate.low}, {"high", estimate.high}};
}

Json to_json(const std::optional<Comparison>& comparison) {
  if (!comparison) return nullptr;
  return {{"difference", to_json(comparison->difference)},
          {"p", comparison->p},
          {"detectable", comparison->detectable}};
}

Json optional_json(std::optional<double> value) {
  return value ? Json(*value) : Json(nullptr);
}

Json part_json(const PartFigures& part, const Task& task) {
  Json json = {{"items", part.items}};
  for (std::size_t i = 0; i < part.right.size(); ++i)
    json["right"][task.rules[i].name] = to_json(part.right[i]);
  return json;
}

Json joined_json(const JoinedRow& joined, const Task& task) {
  const auto range_json = [](const JoinedRow::Range& range) {
    return Json{{"mean", range.mean}, {"low", range.low}, {"high", range.high}};
  };
  Json json = {{"row", joined.name}, {"models", joined.models}};
  for (std::size_t i = 0; i < joined.right.size(); ++i)
    json["right"][task.rules[i].name] = range_json(joined.right[i]);
  if (joined.perplexity) json["perplexity"] = range_json(*joined.perplexity);
  return json;
}

Json row_json(const RowFigures& row, const Task& task) {
  const CellData& data = row.data;
  Json json = {{"row", row.row.name}, {"model", row.row.model}, {"items", data.items()}};
  if (task.kind == Task::Kind::kPerplexity) {
    const auto exponential = [](const Estimate& log_value) {
      return to_json(
          Estimate{std::exp(log_value.value), std::exp(log_value.low), std::exp(log_value.high)});
    };
    json["perplexity"] = exponential(row.log_perplexity);
    json["perplexity_no_calls"] = exponential(row.log_perplexity_no_calls);
    json["bits_per_byte"] = to_json(row.bits_per_byte);
    json["word_perplexity"] = exponential(row.log_word_perplexity);
    json["log_perplexity_to_first"] = to_json(row.to_first);
  } else {
    json["call_top_k"] = row.row.call_top_k;
    for (std::size_t i = 0; i < row.right.size(); ++i)
      json["right"][task.rules[i].name] = to_json(row.right[i]);
    for (const auto& [family, part] : row.families)
      json["families"][family] = part_json(part, task);
    if (row.clean) json["without_overlap"] = part_json(*row.clean, task);
    json["to_first"] = to_json(row.to_first);
    json["to_disabled"] = to_json(row.to_disabled);
    json["called"] = bootstrap_mean(data.called, {.rounds = 1}).value;
    json["right_when_called"] = optional_json(row.right_when_called);
    json["right_when_not_called"] = optional_json(row.right_when_not);
    json["calls"] = {{"made", data.calls},
                     {"by_tool", data.by_tool},
                     {"items_by_tool", data.items_by_tool},
                     {"failed", data.errors}};
    json["statements"] = {{"equations", data.statements.equations},
                          {"true_equations", data.statements.true_equations},
                          {"dates", data.statements.dates},
                          {"true_dates", data.statements.true_dates}};
    json["new_tokens"] = data.new_tokens;
    json["refused"] = data.refused;
  }
  json["seconds"] = data.seconds;
  return json;
}

std::vector<std::size_t> column_widths(const TextTable& table) {
  std::vector<std::size_t> widths(table.rows.front().size());
  for (const Cells& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], base::display_width(row[i]));
  }
  return widths;
}

/// The columns that stand beside each other, the first one always among them.
std::vector<std::vector<std::size_t>> parts_of(const std::vector<std::size_t>& widths,
                                               std::size_t width) {
  constexpr std::size_t kIndent = 2, kGap = 2;
  std::vector<std::vector<std::size_t>> parts = {{0}};
  std::size_t used = kIndent + widths.front();
  for (std::size_t i = 1; i < widths.size(); ++i) {
    if (used + kGap + widths[i] > width && parts.back().size() > 1) {
      parts.push_back({0});
      used = kIndent + widths.front();
    }
    parts.back().push_back(i);
    used += kGap + widths[i];
  }
  return parts;
}

std::string line_of(const Cells& row, const std::vector<std::size_t>& columns,
                    const std::vector<std::size_t>& widths) {
  std::string line = "  ";
  for (const std::size_t i : columns) {
    if (i >= row.size()) continue;
    line += row[i];
    line.append(widths[i] - base::display_width(row[i]) + 2, ' ');
  }
  return line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
}

}  // namespace

std::vector<TextTable> tables_of(const TaskFigures& figures) {
  if (figures.planned->task.kind == Task::Kind::kPerplexity) return {perplexity_table(figures)};
  std::vector<TextTable> tables = {right_table(figures), calls_table(figures)};
  if (!figures.rows.front().families.empty()) tables.push_back(family_table(figures));
  return tables;
}

std::vector<TextTable> tool_table(const std::vector<TaskFigures>& tasks) {
  std::set<std::string> tools;
  for (const TaskFigures& task : tasks) {
    for (const RowFigures& row : task.rows)
      for (const auto& [tool, items] : row.data.items_by_tool) tools.insert(tool);
  }
  if (tools.empty()) return {};
  TextTable table{.title = "% of items with a call, by tool", .rows = {{""}}, .notes = {}};
  table.rows[0].insert(table.rows[0].end(), tools.begin(), tools.end());
  for (const TaskFigures& task : tasks) {
    for (const RowFigures& row : task.rows) {
      if (row.row.call_top_k == 0) continue;
      Cells cells = {fmt::format("{}: {}", task.planned->task.name, row.row.name)};
      for (const std::string& tool : tools) {
        const auto found = row.data.items_by_tool.find(tool);
        cells.push_back(
            share(found == row.data.items_by_tool.end() ? 0 : found->second, row.data.items()));
      }
      table.rows.push_back(cells);
    }
  }
  return {table};
}

std::string to_terminal(const std::vector<TextTable>& tables, std::size_t width) {
  std::string text;
  for (const TextTable& table : tables) {
    text += fmt::format("{}{}\n", text.empty() ? "" : "\n", base::escape_controls(table.title));
    const std::vector<std::size_t> widths = column_widths(table);
    const std::vector<std::vector<std::size_t>> parts = parts_of(widths, width);
    for (const std::vector<std::size_t>& part : parts) {
      if (&part != &parts.front()) text += "\n";
      for (const Cells& row : table.rows) text += line_of(row, part, widths);
    }
    for (const std::string& note : table.notes) text += fmt::format("  {}\n", note);
  }
  return text;
}

std::string to_markdown(const std::vector<TextTable>& tables) {
  std::string text;
  for (const TextTable& table : tables) {
    text += fmt::format("{}### {}\n\n", text.empty() ? "" : "\n", table.title);
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
      for (const std::string& cell : table.rows[i]) text += fmt::format("| {} ", cell);
      text += "|\n";
      if (i > 0) continue;
      for (std::size_t column = 0; column < table.rows[i].size(); ++column) text += "|---";
      text += "|\n";
    }
    for (const std::string& note : table.notes) text += "\n" + note + "\n";
  }
  return text;
}

Json to_json(const std::vector<TaskFigures>& tasks, const Options& options) {
  Json json = {{"version", kVersion},
               {"revision", kRevision},
               {"seed", options.run.seed},
               {"resamples", options.resamples},
               {"tasks", Json::array()}};
  for (const TaskFigures& figures : tasks) {
    const Task& task = figures.planned->task;
    Json rows = Json::array();
    for (const RowFigures& row : figures.rows) rows.push_back(row_json(row, task));
    json["tasks"].push_back({{"name", task.name},
                             {"version", task.version},
                             {"source", figures.planned->source},
                             {"items", figures.items},
                             {"left_out", figures.planned->items.left_out},
                             {"task", task.source},
                             {"rows", std::move(rows)}});
    for (const JoinedRow& joined : figures.joined)
      json["tasks"].back()["joined"].push_back(joined_json(joined, task));
  }
  return json;
}

}  // namespace toolformer::eval
