// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "toolformer/base/atomic_file.h"
#include "toolformer/inspect/call_view.h"
#include "toolformer/inspect/generation.h"
#include "toolformer/inspect/lines.h"
#include "toolformer/inspect/selection.h"
#include "toolformer/record/writer_of.h"

namespace toolformer::inspect {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kReportDocuments = 1000;
constexpr std::size_t kReportProblems = 100;
constexpr std::size_t kLargestResults = 64U << 20U;

std::string text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return value.dump();
  std::string text;
  for (const Json& part : value) text += (text.empty() ? "" : ", ") + text_of(part);
  return text;
}

void add_to_card(Report& report, const std::string& name, const std::string& value) {
  if (value.empty() || value == "null" || value == "{}") return;
  const std::pair<std::string, std::string> row{name, value};
  if (std::find(report.card.begin(), report.card.end(), row) == report.card.end())
    report.card.push_back(row);
}

std::string criterion_text(const Json& criterion) {
  std::string text;
  for (const auto& [key, value] : criterion.items())
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", key, text_of(value));
  return text;
}

/// Model, settings and fingerprints of the run that wrote the records.
void describe_run(const RecordSource& source, Report& report) {
  const Json run = record::writer_of(source.files);
  if (!run.is_object()) return;
  const Json& config = run["config"];
  const std::string what = "tf-" + source.stage;
  const auto setting = [&](const char* key) {
    return config.contains(key) ? text_of(config[key]) : std::string();
  };
  add_to_card(report, what + ": model", setting("model"));
  add_to_card(report, what + ": models", setting("models"));
  add_to_card(report, what + ": tools", setting("tools"));
  add_to_card(report, what + ": seed", setting("seed"));
  if (config.contains("resolved") && config["resolved"].is_object()) {
    for (const auto& [tool, criterion] : config["resolved"].items())
      if (criterion.is_object())
        add_to_card(report, fmt::format("{}: {}", what, tool), criterion_text(criterion));
  }
  add_to_card(report, what + ": version", run.value("version", ""));
  const std::filesystem::path folder = std::filesystem::path(source.files.front()).parent_path();
  add_to_card(report, what + ": records in", folder.string());
  if (!run.contains("fingerprints") || !run["fingerprints"].is_object()) return;
  for (const auto& [name, hash] : run["fingerprints"].items())
    add_to_card(report, fmt::format("{}: {} (SHA-256)", what, name), text_of(hash).substr(0, 16));
}

void add_training(const RecordSource& source, Report& report,
                  const std::function<void(const std::string&)>& complain) {
  TrainingRun run{source.name, {}};
  for (const std::string& file : source.files) {
    const bool is_validation =
        std::filesystem::path(file).filename().string().starts_with("validation.");
    read_lines({file}, {.document = [](record::Document&&) { return true; },
                        .metrics =
                            [&](const Json& line) {
                              ++report.lines;
                              run.metrics.add(
                                  is_validation ? Json{{"step", line["step"]}, {"validation", line}}
                                                : line);
                              return true;
                            },
                        .problem =
                            [&](const std::string& problem) {
                              complain(problem);
                              return true;
                            }});
  }
  report.training.push_back(std::move(run));
}

std::string task_of(const std::string& file) {
  const std::string name = std::filesystem::path(file).filename().string();
  return name.substr(0, name.find('.'));
}

bool is_of_items(const RecordSource& source) {
  return source.stage == "eval";
}

void add_rows(const RecordSource& source, Report& report,
              const std::function<void(const std::string&)>& complain) {
  for (const std::string& file : source.files) {
    EvaluatedRow row{source.name, task_of(file), {}};
    read_lines({file}, {.document =
                            [&](record::Document&& document) {
                              ++report.lines;
                              if (is_generation(document))
                                row.documents.push_back(std::move(document));
                              return true;
                            },
                        .metrics = [](const Json&) { return true; },
                        .problem =
                            [&](const std::string& problem) {
                              complain(problem);
                              return true;
                            }});
    if (!row.documents.empty()) report.rows.push_back(std::move(row));
  }
}

void add_results(const std::string& file, Report& report) {
  Json json = Json::parse(base::read_file(file, kLargestResults), nullptr, false);
  if (json.is_object() && json.contains("tasks")) {
    report.results.push_back(std::move(json));
  } else {
    report.problems.push_back(file + ": no results of tf-eval");
  }
}

void add_records(const std::vector<RecordSource>& sources, const Options& options, Report& report,
                 const std::function<void(const std::string&)>& complain) {
  Options sampled = options;
  if (options.limit == 0 && options.sample == 0 && options.sort == Sort::kInput)
    sampled.sample = kReportDocuments;
  if (options.sort == Sort::kDelta && options.limit == 0) sampled.limit = kReportDocuments;
  Selection selection(sampled);
  const auto add = [&](record::Document&& document) {
    ++report.lines;
    report.funnel.add(document, options);
    if (is_selected(document, options)) selection.add(std::move(document));
    return true;
  };
  for (const RecordSource& source : sources) {
    for (const std::string& file : source.files) {
      read_lines({file}, {.document = add,
                          .metrics =
                              [&](const Json& line) {
                                if (report.training.empty()) report.training.push_back({file, {}});
                                report.training.back().metrics.add(line);
                                ++report.lines;
                                return true;
                              },
                          .problem =
                              [&](const std::string& problem) {
                                complain(problem);
                                return true;
                              }});
    }
  }
  report.funnel.finish();
  report.found = selection.found();
  report.documents = selection.take();
}

}  // namespace

std::vector<RecordSource> latest_records(const RunFiles& files) {
  for (const char* stage : {"filter", "annotate"}) {
    std::vector<RecordSource> latest;
    for (const RecordSource& source : files.records)
      if (source.stage == stage) latest.push_back(source);
    const bool all_written = std::none_of(files.records.begin(), files.records.end(),
                                          [](const auto& source) { return source.stage.empty(); });
    if (!latest.empty() && all_written) return latest;
  }
  return files.records;
}

Report collect_report(const Options& options,
                      const std::function<void(const std::string&)>& complain) {
  Report report;
  const auto tell = [&](const std::string& problem) {
    complain(problem);
    if (report.problems.size() < kReportProblems) report.problems.push_back(problem);
  };
  if (!options.gold.empty()) report.funnel.gold = GoldCalls(options.gold);
  if (!options.compare.empty()) report.comparison = compare_runs(options);
  const RunFiles files = find_run_files(options.compare.empty() ? options.input : options.compare);
  report.problems = files.notes;
  for (const RecordSource& source : files.records) {
    describe_run(source, report);
    for (const std::string& file : source.files)
      if (file != "-") add_summary(file, report.summaries[source.stage]);
  }
  std::vector<RecordSource> records = latest_records(files);
  std::erase_if(records, is_of_items);
  add_records(records, options, report, tell);
  for (const RecordSource& source : files.records)
    if (is_of_items(source)) add_rows(source, report, tell);
  for (const RecordSource& source : files.metrics) add_training(source, report, tell);
  for (const std::string& file : files.results) add_results(file, report);
  return report;
}

}  // namespace toolformer::inspect
