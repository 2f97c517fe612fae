// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "toolformer/inspect/generation.h"
#include "toolformer/inspect/report_data.h"

namespace toolformer::inspect {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kItemBytes = 6U << 20U;  // of text, before it is compressed

Json interval(const Json& estimate) {
  if (!estimate.is_object()) return nullptr;
  return {estimate.value("value", Json()), estimate.value("low", Json()),
          estimate.value("high", Json())};
}

Json row_data(const Json& row) {
  Json data = {{"row", row.value("row", "")}, {"right", Json::object()}};
  if (row.contains("right"))
    for (const auto& [rule, estimate] : row["right"].items())
      data["right"][rule] = interval(estimate);
  if (row.contains("perplexity")) data["perplexity"] = interval(row["perplexity"]);
  for (const char* to : {"to_first", "to_disabled"}) {
    if (!row.contains(to) || !row[to].is_object()) continue;
    data[to] = {{"difference", interval(row[to].value("difference", Json()))},
                {"p", row[to].value("p", Json())}};
  }
  for (const char* name : {"called", "right_when_called", "right_when_not_called", "calls",
                           "statements", "seconds", "items", "refused"}) {
    if (row.contains(name)) data[name] = row[name];
  }
  return data;
}

Json results_data(const Json& results) {
  Json tasks = Json::array();
  for (const Json& task : results["tasks"]) {
    if (!task.is_object()) continue;
    Json data = {{"task", task.value("name", "")},
                 {"items", task.value("items", Json())},
                 {"rows", Json::array()}};
    if (task.contains("rows"))
      for (const Json& row : task["rows"]) data["rows"].push_back(row_data(row));
    tasks.push_back(std::move(data));
  }
  return tasks;
}

/// The items of one task, each with the outputs of all rows.
class ItemTable {
 public:
  explicit ItemTable(std::string task) : task_(std::move(task)) {}

  void add(const std::string& row, const std::string& id, const Generation& generation) {
    const std::size_t column = column_of(row);
    const auto [place, is_new] = places_.emplace(id, items_.size());
    if (is_new) {
      items_.push_back({{"id", id},
                        {"prompt", generation.prompt},
                        {"gold", generation.gold},
                        {"outputs", Json::array()}});
    }
    Json& outputs = items_[place->second]["outputs"];
    while (outputs.size() <= column) outputs.push_back(nullptr);
    Json answers = Json::array();
    if (generation.answers.is_array()) {
      for (const Json& answer : generation.answers)
        if (answer.is_object())
          answers.push_back({answer.value("rule", ""), answer.value("answer", Json()),
                             answer.value("right", Json())});
    }
    outputs[column] = {generation.output, std::move(answers)};
    bytes_ += generation.prompt.size() + generation.output.size();
  }
  bool is_full() const { return bytes_ > kItemBytes; }
  bool has(const std::string& id) const { return places_.contains(id); }
  Json data() const { return {{"task", task_}, {"rows", rows_}, {"items", items_}}; }

 private:
  std::size_t column_of(const std::string& row) {
    const auto found = std::find(rows_.begin(), rows_.end(), row);
    const auto column = static_cast<std::size_t>(found - rows_.begin());
    if (column == rows_.size()) rows_.push_back(row);
    return column;
  }
  std::string task_;
  std::vector<std::string> rows_;
  std::map<std::string, std::size_t> places_;
  std::vector<Json> items_;
  std::size_t bytes_ = 0;
};

std::vector<ItemTable> compared_items(const Comparison& comparison) {
  std::map<std::string, ItemTable> tables;
  for (const ComparedOutput& output : comparison.outputs) {
    ItemTable& table = tables.try_emplace(output.task, output.task).first->second;
    if (table.is_full()) continue;
    for (const std::size_t run : {0, 1}) {
      if (!output.there[run]) continue;
      table.add(comparison.names[run], output.id,
                {output.prompt, output.output[run], output.gold, output.answers[run]});
    }
  }
  std::vector<ItemTable> list;
  for (auto& [task, table] : tables) list.push_back(std::move(table));
  return list;
}

std::vector<ItemTable> evaluated_items(const std::vector<EvaluatedRow>& rows) {
  std::vector<ItemTable> tables;
  std::map<std::string, std::size_t> of_task;
  for (const EvaluatedRow& row : rows) {
    const auto [place, is_new] = of_task.emplace(row.task, tables.size());
    if (is_new) tables.emplace_back(row.task);
    ItemTable& table = tables[place->second];
    for (const record::Document& document : row.documents) {
      if (table.is_full() && !table.has(document.id)) continue;
      table.add(row.name, document.id, generation_of(document));
    }
  }
  return tables;
}

}  // namespace

void add_evaluation(const Report& report, Json& data) {
  data["results"] = Json::array();
  for (const Json& results : report.results)
    for (Json& task : results_data(results)) data["results"].push_back(std::move(task));
  data["items"] = Json::array();
  const auto tables =
      report.comparison ? compared_items(*report.comparison) : evaluated_items(report.rows);
  for (const ItemTable& table : tables) data["items"].push_back(table.data());
}

}  // namespace toolformer::inspect
