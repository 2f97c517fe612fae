// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/dry_run.h"

#include <fmt/format.h>

#include <chrono>
#include <map>
#include <set>
#include <utility>

#include "toolformer/base/duration.h"
#include "toolformer/filter/score.h"
#include "toolformer/record/document_reader.h"
#include "toolformer/record/reservoir.h"

namespace toolformer::filter {
namespace {

constexpr std::size_t kMeasuredDocuments = 4;

struct Totals {
  std::size_t calls = 0, without_result = 0, distinct = 0;
};

using DistinctCalls = std::set<std::pair<std::size_t, std::string>>;  // at, input

void add(const record::Document& document, std::map<std::string, Totals>& tools) {
  std::map<std::string, DistinctCalls> distinct;
  for (const record::Call& call : document.calls) {
    Totals& totals = tools[call.tool];
    ++totals.calls;
    if (!call.result) ++totals.without_result;
    if (distinct[call.tool].insert({call.at, call.input}).second) ++totals.distinct;
  }
}

/// Seconds for all documents with calls, by the time that some of them take.
double estimate(lm::LanguageModel& model, const Options& options,
                const record::Reservoir<record::Document>& some) {
  Scorer scorer(model, options);
  record::Summary summary;
  const auto start = std::chrono::steady_clock::now();
  for (record::Document document : some.items()) {
    for (record::Call& call : document.calls)
      if (!call.result) call.result = call.input;
    scorer.score(document, summary);
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  return taken.count() * static_cast<double>(some.offered()) /
         static_cast<double>(some.items().size());
}

}  // namespace

void dry_run(const record::RunOptions& run, const Options& options, lm::LanguageModel* model,
             std::ostream& out) {
  std::map<std::string, Totals> tools;
  std::size_t documents = 0, rejected = 0, calls = 0;
  record::Reservoir<record::Document> some(kMeasuredDocuments, run.seed);
  record::DocumentReader reader(run);
  while (const auto item = reader.next()) {
    if (item->reject) {
      ++rejected;
      continue;
    }
    ++documents;
    calls += item->document.calls.size();
    add(item->document, tools);
    if (!item->document.calls.empty()) some.offer(item->document);
  }
  out << fmt::format("documents: {}, unusable: {}, calls: {}\n", documents, rejected, calls);
  for (const auto& [tool, totals] : tools) {
    out << fmt::format("{}: {} calls, {} without a result yet, {} distinct\n", tool, totals.calls,
                       totals.without_result, totals.distinct);
  }
  if (has_step(options, "score") && some.offered() > 0) {
    out << fmt::format("estimated time of scoring: {} (measured on {} of the documents)\n",
                       base::format_duration(estimate(*model, options, some)), some.items().size());
  }
  out << "dry run: no tool was called, nothing was written\n";
}

}  // namespace toolformer::filter
