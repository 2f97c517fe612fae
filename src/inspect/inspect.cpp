// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/inspect.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>

#include "toolformer/base/atomic_file.h"
#include "toolformer/base/error.h"
#include "toolformer/inspect/call_view.h"
#include "toolformer/inspect/document_view.h"
#include "toolformer/inspect/funnel.h"
#include "toolformer/inspect/html_report.h"
#include "toolformer/inspect/lines.h"
#include "toolformer/inspect/metrics_view.h"
#include "toolformer/inspect/no_match.h"
#include "toolformer/inspect/run_summary.h"
#include "toolformer/record/input_files.h"

namespace toolformer::inspect {
namespace {

constexpr std::size_t kReportDocuments = 1000;  // of a report without --limit
constexpr std::size_t kReportProblems = 100;

/// Keeps the documents to show: the first ones, or those with the largest delta.
class Selection {
 public:
  Selection(const Options& options, std::size_t limit)
      : options_(options), limit_(limit == 0 ? std::numeric_limits<std::size_t>::max() : limit) {}

  void add(record::Document document) {
    ++found_;
    if (options_.sort != Sort::kDelta) {
      if (documents_.size() < limit_) documents_.push_back({0, std::move(document)});
      return;
    }
    const double delta = best_delta(document, options_);
    if (documents_.size() >= limit_ && delta <= documents_.back().delta) return;
    const auto place =
        std::upper_bound(documents_.begin(), documents_.end(), delta,
                         [](double value, const Ranked& other) { return value > other.delta; });
    documents_.insert(place, {delta, std::move(document)});
    if (documents_.size() > limit_) documents_.pop_back();
  }
  std::size_t found() const { return found_; }
  std::vector<record::Document> take() {
    std::vector<record::Document> documents;
    for (Ranked& ranked : documents_) documents.push_back(std::move(ranked.document));
    return documents;
  }

 private:
  struct Ranked {
    double delta = 0;
    record::Document document;
  };
  const Options& options_;
  std::size_t limit_;
  std::size_t found_ = 0;
  std::vector<Ranked> documents_;  // falling delta when sorted, else in the order of the input
};

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

Report collect(const Options& options, const Output& output, Counts& counts) {
  const bool html = !options.html.empty();
  const std::size_t limit = options.limit == 0 && html ? kReportDocuments : options.limit;
  Selection selection(options, limit);
  Report report;
  read_lines(options.input, {.document =
                                 [&](record::Document&& document) {
                                   ++counts.documents;
                                   counts.no_match.add(document);
                                   report.funnel.add(document, options);
                                   const bool wanted = html || !options.summary;
                                   if (wanted && is_selected(document, options))
                                     selection.add(std::move(document));
                                   return true;
                                 },
                             .metrics =
                                 [&](const nlohmann::ordered_json& line) {
                                   ++counts.metrics;
                                   report.metrics.add(line);
                                   return true;
                                 },
                             .problem =
                                 [&](const std::string& problem) {
                                   counts.tell_problem(problem, output);
                                   if (report.problems.size() < kReportProblems)
                                     report.problems.push_back(problem);
                                   return true;
                                 }});
  report.funnel.finish();
  report.found = selection.found();
  report.documents = selection.take();
  return report;
}

/// Prints documents as they are read: nothing has to be known of those that follow.
void stream_documents(const Options& options, const Page& page, const Output& output) {
  Counts counts;
  std::size_t found = 0;
  Metrics metrics;
  read_lines(options.input, {.document =
                                 [&](record::Document&& document) {
                                   ++counts.documents;
                                   counts.no_match.add(document);
                                   if (!is_selected(document, options)) return true;
                                   ++found;
                                   if (!output.print(document_view(document, options, page)))
                                     return false;
                                   return options.limit == 0 || found < options.limit;
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
  if (!metrics.empty()) output.print(metrics_view(metrics, page));
  counts.check();
  counts.tell_problems(output);
  if (found == 0) counts.tell_no_match(options, output);
}

}  // namespace

void inspect(const Options& options, const Page& page, const Output& output) {
  for (const std::string& note : record::notes_on_input(options.input)) output.complain(note);
  if (options.html.empty() && !options.summary && options.sort == Sort::kInput) {
    return stream_documents(options, page, output);
  }
  if (!options.html.empty()) {
    record::refuse_overwriting(record::expand_input(options.input), "--html", options.html);
    if (std::filesystem::is_directory(options.html) || options.html.ends_with('/')) {
      base::throw_error<base::UsageError>("--html {}: names a directory; a report is one file",
                                          options.html);
    }
    if (!options.restart) base::refuse_existing("--html", options.html);
  }
  Counts counts;
  const Report report = collect(options, output, counts);
  counts.check();
  counts.tell_problems(output);
  if (report.found == 0 && !options.summary) counts.tell_no_match(options, output);
  if (!options.html.empty()) {
    base::write_file_atomically(options.html, html_report(report, options));
    output.print(fmt::format("{}: {} of {} documents\n", options.html, report.documents.size(),
                             report.funnel.documents));
    return;
  }
  if (options.summary) {
    if (counts.documents > 0 && !output.print(funnel_view(report.funnel, page))) return;
    if (!report.metrics.empty() && !output.print(metrics_view(report.metrics, page))) return;
    output.print(run_summaries_view(options.input, page));
    return;
  }
  for (const record::Document& document : report.documents) {
    if (!output.print(document_view(document, options, page))) return;
  }
}

}  // namespace toolformer::inspect
