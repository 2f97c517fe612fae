// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "toolformer/base/atomic_file.h"
#include "toolformer/base/error.h"
#include "toolformer/eval/template.h"
#include "toolformer/eval/training_overlap.h"
#include "toolformer/record/document_reader.h"

namespace toolformer::eval {
namespace {

double seconds_of(const std::filesystem::path& file) {
  std::string name = file.string();
  name = name.substr(0, name.size() - std::string(".jsonl").size()) + ".summary.json";
  const Json summary = Json::parse(base::read_file(name), nullptr, false);
  return summary.is_object() ? summary["seconds"].value("wall", 0.0) : 0;
}

void add_calls(const record::Document& document, CellData& data) {
  std::size_t made = 0;
  std::set<std::string> used;
  for (const record::Call& call : document.calls) {
    if (call.error) {
      ++data.errors[call.error->kind];
    } else {
      ++made;
      ++data.by_tool[call.tool];
      used.insert(call.tool);
    }
  }
  for (const std::string& tool : used) ++data.items_by_tool[tool];
  data.calls += made;
  data.called.push_back(made > 0 ? 1 : 0);
  data.cluster.push_back(document.meta.value("cluster", std::string()));
  data.family.push_back(document.meta.value("family", std::string()));
}

void add_answers(const record::Document& document, const Task& task, CellData& data) {
  for (const AnswerRule& rule : task.rules) {
    bool right = false;
    for (const Json& answer : document.extra["answers"]) {
      if (answer["rule"] == rule.name) right = answer["right"].get<bool>();
    }
    data.right[rule.name].push_back(right ? 1 : 0);
  }
  data.new_tokens += document.extra.value("new_tokens", std::size_t{0});
  if (document.extra.contains("refused")) ++data.refused;
  data.statements.add(find_statements(document.extra["output"].get<std::string>()));
}

void add_perplexity(const record::Document& document, CellData& data) {
  data.nll.push_back(document.extra["nll"].get<double>());
  data.nll_no_calls.push_back(document.extra["nll_no_calls"].get<double>());
  data.tokens.push_back(document.extra["tokens"].get<double>());
  data.bytes.push_back(document.extra["bytes"].get<double>());
  data.words.push_back(document.extra["words"].get<double>());
}

/// The share of right items among those with `called` as given; nullopt: there are none.
std::optional<double> share_right(const CellData& data, const std::string& rule, double called) {
  double right = 0, items = 0;
  const std::vector<double>& answers = data.right.at(rule);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (data.called[i] != called) continue;
    right += answers[i];
    ++items;
  }
  if (items == 0) return std::nullopt;
  return right / items;
}

/// Places in `items` by the label of the item; empty where no item has a label.
std::vector<std::vector<std::size_t>> clusters_of(const std::vector<std::string>& labels,
                                                  const std::vector<std::size_t>& items) {
  std::map<std::string, std::vector<std::size_t>> places;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string& label = labels[items[i]];
    places[label.empty() ? fmt::format("\n{}", i) : label].push_back(i);  // alone
  }
  std::vector<std::vector<std::size_t>> clusters;
  if (places.size() == items.size()) return clusters;
  for (auto& [label, members] : places) clusters.push_back(std::move(members));
  return clusters;
}

PartFigures figure_part(const CellData& cell, const std::vector<std::size_t>& items,
                        const Task& task, Resampling resampling) {
  PartFigures part{.items = items.size(), .right = {}};
  resampling.clusters = clusters_of(cell.cluster, items);
  for (const AnswerRule& rule : task.rules) {
    std::vector<double> right;
    for (const std::size_t i : items) right.push_back(cell.right.at(rule.name)[i]);
    part.right.push_back(bootstrap_mean(right, resampling));
  }
  return part;
}

std::vector<std::size_t> all_items(const CellData& cell) {
  std::vector<std::size_t> items(cell.items());
  std::iota(items.begin(), items.end(), std::size_t{0});
  return items;
}

Estimate scaled(Estimate estimate, double factor) {
  return {estimate.value * factor, estimate.low * factor, estimate.high * factor};
}

RowFigures figure_row(const RowPlan& row, CellData data, const Task& task,
                      const Resampling& resampling) {
  RowFigures figures{.row = row, .data = std::move(data)};
  const CellData& cell = figures.data;
  if (task.kind == Task::Kind::kPerplexity) {
    figures.log_perplexity = bootstrap_ratio(cell.nll, cell.tokens, resampling);
    figures.log_perplexity_no_calls = bootstrap_ratio(cell.nll_no_calls, cell.tokens, resampling);
    figures.bits_per_byte =
        scaled(bootstrap_ratio(cell.nll, cell.bytes, resampling), 1 / std::log(2.0));
    figures.log_word_perplexity = bootstrap_ratio(cell.nll, cell.words, resampling);
    return figures;
  }
  figures.right = figure_part(cell, all_items(cell), task, resampling).right;
  std::map<std::string, std::vector<std::size_t>> families;
  for (std::size_t i = 0; i < cell.family.size(); ++i)
    if (!cell.family[i].empty()) families[cell.family[i]].push_back(i);
  for (const auto& [family, items] : families)
    figures.families[family] = figure_part(cell, items, task, resampling);
  figures.right_when_called = share_right(cell, task.rules.front().name, 1);
  figures.right_when_not = share_right(cell, task.rules.front().name, 0);
  return figures;
}

Comparison compare(const RowFigures& first, const RowFigures& second, const Task& task,
                   Resampling resampling) {
  if (task.kind == Task::Kind::kPerplexity)
    return compare_ratios(first.data.nll, second.data.nll, first.data.tokens, resampling);
  const std::string& rule = task.rules.front().name;
  resampling.clusters = clusters_of(first.data.cluster, all_items(first.data));
  return compare_right(first.data.right.at(rule), second.data.right.at(rule), resampling);
}

/// Items are paired by their place; tokens, by tokenizers that cut the text alike.
bool can_be_compared(const RowFigures& first, const RowFigures& second) {
  return first.data.items() == second.data.items() && first.data.tokens == second.data.tokens;
}

void add_comparisons(TaskFigures& figures, const Task& task, const Resampling& resampling) {
  for (std::size_t i = 1; i < figures.rows.size(); ++i) {
    RowFigures& row = figures.rows[i];
    if (can_be_compared(figures.rows[0], row))
      row.to_first = compare(figures.rows[0], row, task, resampling);
    for (std::size_t j = 0; j < figures.rows.size(); ++j) {
      const RowFigures& other = figures.rows[j];
      const bool disabled = other.row.model == row.row.model && other.row.call_top_k == 0 &&
                            other.row.control == Control::kNone;
      if (disabled && i != j) row.to_disabled = compare(other, row, task, resampling);
    }
  }
}

JoinedRow::Range range_of(const std::vector<double>& values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  return {sum / static_cast<double>(values.size()), *low, *high};
}

JoinedRow join(const std::vector<const RowFigures*>& rows, const Task& task) {
  JoinedRow joined{.name = {}, .models = rows.size(), .right = {}, .perplexity = {}};
  std::vector<double> values(rows.size());
  if (task.kind == Task::Kind::kPerplexity) {
    for (std::size_t i = 0; i < rows.size(); ++i)
      values[i] = std::exp(rows[i]->log_perplexity.value);
    joined.perplexity = range_of(values);
    return joined;
  }
  for (std::size_t rule = 0; rule < task.rules.size(); ++rule) {
    for (std::size_t i = 0; i < rows.size(); ++i) values[i] = rows[i]->right[rule].value;
    joined.right.push_back(range_of(values));
  }
  return joined;
}

/// The rows of the joined models, by what their names say behind the model's.
void add_joined(TaskFigures& figures, const Task& task, const std::vector<JoinedModels>& all) {
  for (const JoinedModels& models : all) {
    std::vector<std::string> order;
    std::map<std::string, std::vector<const RowFigures*>> rows;
    for (const RowFigures& row : figures.rows) {
      const auto& names = models.models;
      if (std::find(names.begin(), names.end(), row.row.model) == names.end()) continue;
      const std::string said = row.row.name.substr(row.row.model.size());
      if (rows[said].empty()) order.push_back(said);
      rows[said].push_back(&row);
    }
    for (const std::string& said : order) {
      figures.joined.push_back(join(rows[said], task));
      figures.joined.back().name =
          fmt::format("{}{}, {} seeds", models.name, said, rows[said].size());
    }
  }
}

}  // namespace

CellData read_cell(const std::filesystem::path& file, const Task& task) {
  CellData data;
  record::RunOptions run;
  run.input = {file.string()};
  record::DocumentReader reader(run);
  try {
    while (const auto item = reader.next()) {
      if (item->reject)
        base::throw_error<base::DataError>("{}:{}: {}", item->file, item->line, *item->reject);
      const record::Document& document = item->document;
      if (task.kind == Task::Kind::kPerplexity) {
        add_perplexity(document, data);
      } else {
        add_calls(document, data);
        add_answers(document, task, data);
      }
    }
  } catch (const nlohmann::json::exception& error) {
    base::throw_error<base::DataError>("{}: no results of tf-eval: {}", file.string(),
                                       error.what());
  }
  data.seconds = seconds_of(file);
  return data;
}

TaskFigures figure_task(const PlannedTask& planned, const std::vector<RowPlan>& rows,
                        const Options& options) {
  const Resampling resampling = {.rounds = options.resamples, .seed = options.run.seed};
  TaskFigures figures{.planned = &planned};
  std::vector<std::size_t> clean;
  if (!options.decontaminate.empty() && planned.task.kind == Task::Kind::kGenerate) {
    const std::vector<bool> overlaps =
        overlap_with(options.decontaminate, options.decontaminate_words, planned.items);
    for (std::size_t i = 0; i < overlaps.size(); ++i)
      if (!overlaps[i]) clean.push_back(i);
  }
  for (const RowPlan& row : rows) {
    CellData data = read_cell(cell_file(options, planned.task, row), planned.task);
    figures.items = data.items();
    figures.rows.push_back(figure_row(row, std::move(data), planned.task, resampling));
    while (!clean.empty() && clean.back() >= figures.items) clean.pop_back();
    if (!options.decontaminate.empty() && planned.task.kind == Task::Kind::kGenerate)
      figures.rows.back().clean =
          figure_part(figures.rows.back().data, clean, planned.task, resampling);
  }
  add_joined(figures, planned.task, joined_models(options));
  add_comparisons(figures, planned.task, resampling);
  return figures;
}

}  // namespace toolformer::eval
