// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/dry_run.h"

#include <fmt/format.h>

#include <chrono>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "toolformer/base/duration.h"
#include "toolformer/filter/score.h"
#include "toolformer/lm/share_out.h"
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

struct Estimate {
  double tokens = 0, seconds = 0;
};

void score(Scorer& scorer, record::Document document) {
  for (record::Call& call : document.calls)
    if (!call.result) call.result = call.input;
  record::Summary summary;
  scorer.score(document, summary);
}

/// What all documents with calls take, by what some of them take on the workers of the model.
Estimate estimate(lm::LanguageModel& model, const Options& options,
                  const record::Reservoir<record::Document>& some) {
  const std::vector<record::Document>& documents = some.items();
  Options all = options;  // stand-in results say nothing about which losses will be needed
  all.losses = MeasuredLosses::kAll;
  Scorer scorer(model, all);
  score(scorer, documents.front());  // reads the demonstrations, which a run does once
  const lm::WorkCounters before = model.counters();
  const auto start = std::chrono::steady_clock::now();
  lm::share_out(model, documents.size(), [&](const lm::NextPiece& next) {
    while (const auto i = next()) score(scorer, documents[*i]);
  });
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  const double times = static_cast<double>(some.offered()) / static_cast<double>(documents.size());
  const auto tokens = model.counters().tokens_forwarded - before.tokens_forwarded;
  return {.tokens = times * static_cast<double>(tokens), .seconds = times * taken.count()};
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
  if (has_step(options, Step::kScore) && some.offered() > 0) {
    const Estimate all = estimate(*model, options, some);
    out << fmt::format(
        "estimated for scoring: {:.0f} tokens, {} (measured on {} of the documents)\n", all.tokens,
        base::format_duration(all.seconds), some.items().size());
  }
  out << "dry run: no tool was called, nothing was written\n";
}

}  // namespace toolformer::filter
