// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/inspect.h"

#include <fmt/format.h>

#include <filesystem>

#include "toolformer/base/atomic_file.h"
#include "toolformer/base/error.h"
#include "toolformer/inspect/call_view.h"
#include "toolformer/inspect/compare.h"
#include "toolformer/inspect/document_view.h"
#include "toolformer/inspect/funnel.h"
#include "toolformer/inspect/html_report.h"
#include "toolformer/inspect/json_view.h"
#include "toolformer/inspect/lines.h"
#include "toolformer/inspect/metrics_view.h"
#include "toolformer/inspect/no_match.h"
#include "toolformer/inspect/report_data.h"
#include "toolformer/inspect/run_summary.h"
#include "toolformer/inspect/selection.h"
#include "toolformer/record/document_json.h"
#include "toolformer/record/input_files.h"

namespace toolformer::inspect {
namespace {

/// How many lines were what, and why nothing was selected.
struct Counts {
  static constexpr std::size_t kTold = 10;
  std::size_t documents = 0, metrics = 0, problems = 0;
  NoMatch no_match;
  /// The first ones in full, then their number.
  void tell_problem(const std::string& problem, const Output& output) {
    if (++problems <= kTold) output.complain(problem);
    if (problems == kTold) output.complain("further lines that cannot be read are only counted");
  }
  void tell_problems(const Output& output) const {
    if (problems > kTold)
      output.complain(
          fmt::format("{} of {} lines cannot be read", problems, problems + documents + metrics));
  }
  void tell_no_match(const Options& options, const Output& output) const {
    if (const std::string reason = no_match.reason(options); !reason.empty())
      output.complain(reason);
  }
  void check() const {
    if (problems > 0 && documents + metrics == 0) {
      base::throw_error<base::DataError>(
          "none of the {} lines is a record or a line of metrics; the first reasons stand above",
          problems);
    }
  }
};

/// Reads the inputs; `on_document` returns whether to read on.
void read_all(const Options& options, const Output& output, Counts& counts, Metrics& metrics,
              const std::function<bool(record::Document&&)>& on_document) {
  read_lines(options.input, {.document =
                                 [&](record::Document&& document) {
                                   ++counts.documents;
                                   counts.no_match.add(document);
                                   return on_document(std::move(document));
                                 },
                             .metrics =
                                 [&](const nlohmann::ordered_json& line) {
                                   ++counts.metrics;
                                   metrics.add(line);
                                   return true;
                                 },
                             .problem =
                                 [&](const std::string& problem) {
                                   counts.tell_problem(problem, output);
                                   return true;
                                 }});
  counts.check();
  counts.tell_problems(output);
}

std::string shown(const record::Document& document, const Options& options, const Page& page) {
  return options.json ? record::to_json_line(document) + "\n"
                      : document_view(document, options, page);
}

/// Prints documents as they are read: nothing has to be known of those that follow.
void stream_documents(const Options& options, const Page& page, const Output& output) {
  Counts counts;
  std::size_t found = 0;
  Metrics metrics;
  read_all(options, output, counts, metrics, [&](record::Document&& document) {
    if (!is_selected(document, options)) return true;
    ++found;
    if (!output.print(shown(document, options, page))) return false;
    return options.limit == 0 || found < options.limit;
  });
  if (!metrics.empty()) output.print(metrics_view(metrics, page));
  if (found == 0) counts.tell_no_match(options, output);
}

/// Those with the largest deltas, or random ones.
void print_chosen(const Options& options, const Page& page, const Output& output) {
  Counts counts;
  Metrics metrics;
  Selection selection(options);
  read_all(options, output, counts, metrics, [&](record::Document&& document) {
    if (is_selected(document, options)) selection.add(std::move(document));
    return true;
  });
  if (selection.found() == 0) counts.tell_no_match(options, output);
  for (const record::Document& document : selection.take()) {
    if (!output.print(shown(document, options, page))) return;
  }
}

void print_summary(const Options& options, const Page& page, const Output& output) {
  Counts counts;
  Metrics metrics;
  Funnel funnel;
  if (!options.gold.empty()) funnel.gold = GoldCalls(options.gold);
  read_all(options, output, counts, metrics, [&](record::Document&& document) {
    funnel.add(document, options);
    return true;
  });
  funnel.finish();
  if (options.json) {
    output.print(funnel_json(funnel));
    return;
  }
  if (counts.documents > 0 && !output.print(funnel_view(funnel, page))) return;
  if (!metrics.empty() && !output.print(metrics_view(metrics, page))) return;
  output.print(run_summaries_view(options.input, page));
}

void check_report_path(const Options& options) {
  const RunFiles files = find_run_files(options.compare.empty() ? options.input : options.compare);
  std::vector<record::InputFile> read;
  for (const auto* sources : {&files.records, &files.metrics})
    for (const RecordSource& source : *sources)
      for (const std::string& file : source.files) read.push_back({.path = file, .name = file});
  record::refuse_overwriting(read, "--html", options.html);
  if (std::filesystem::is_directory(options.html) || options.html.ends_with('/')) {
    base::throw_error<base::UsageError>("--html {}: names a directory; a report is one file",
                                        options.html);
  }
  if (!options.restart) base::refuse_existing("--html", options.html);
}

void write_report(const Options& options, const Output& output) {
  check_report_path(options);
  Counts counts;
  const Report report = collect_report(
      options, [&](const std::string& problem) { counts.tell_problem(problem, output); });
  counts.documents = report.lines;
  counts.check();
  counts.tell_problems(output);
  if (report.lines == 0 && report.results.empty() && !report.comparison) {
    output.complain("nothing to report: no records, metrics or results in " +
                    fmt::format("{}", fmt::join(options.input, ", ")));
  }
  const nlohmann::ordered_json data = report_data(report, options);
  base::write_file_atomically(options.html, html_report(data));
  output.print(fmt::format("{}: {} of {} documents\n", options.html,
                           data["counts"]["shown"].get<std::size_t>(), report.funnel.documents));
}

}  // namespace

void inspect(const Options& options, const Page& page, const Output& output) {
  if (!options.html.empty()) return write_report(options, output);
  if (!options.compare.empty()) {
    const Comparison comparison = compare_runs(options);
    output.print(options.json ? comparison_json(comparison)
                              : comparison_view(comparison, options, page));
    return;
  }
  for (const std::string& note : record::notes_on_input(options.input)) output.complain(note);
  if (options.summary) return print_summary(options, page, output);
  if (options.sort != Sort::kInput || options.sample > 0)
    return print_chosen(options, page, output);
  stream_documents(options, page, output);
}

}  // namespace toolformer::inspect
