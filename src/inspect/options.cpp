// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/options.h"

#include <CLI/CLI.hpp>

#include "toolformer/base/choice_flag.h"
#include "toolformer/base/error.h"
#include "toolformer/base/number_flag.h"

namespace toolformer::inspect {

void bind(CLI::App& app, Options& options) {
  app.add_option("--input,input", options.input,
                 "Files, directories of shards, globs, - for standard input; the folder of a run "
                 "or of tf-eval for --html");
  app.add_option(
         "--compare", options.compare,
         "Two runs instead of --input: what only one keeps, deltas and outputs side by side")
      ->expected(2);
  app.add_option("--html", options.html, "Write one self-contained HTML report to this file");
  app.add_flag("--restart", options.restart, "Write over the file of --html");
  app.add_flag("--json", options.json, "JSON, one object a line, for other programs");

  app.add_option("--tool", options.tool, "Only calls of this tool")->group("Selection");
  app.add_flag("--kept", options.kept, "Only kept calls, and documents that have one")
      ->group("Selection");
  app.add_flag("--dropped", options.dropped,
               "Only calls that were not kept, and documents that have one")
      ->group("Selection");
  app.add_option("--id", options.id, "Only the record with this id")->group("Selection");
  base::take_count(app.add_option("--sample", options.sample, "So many random records; 0: all"))
      ->group("Selection");
  base::take_count(app.add_option("--seed", options.seed, "Of --sample"))->group("Selection");
  base::take_count(app.add_option("--limit", options.limit,
                                  "Documents to show; 0: all (of a report: 1000 random ones)"))
      ->group("Selection");

  app.add_flag("--summary", options.summary,
               "Where candidates die, what each threshold keeps and gains, per tool, instead of "
               "documents")
      ->group("View");
  app.add_option("--gold", options.gold,
                 "Records with the right calls: how many were proposed, kept, are right")
      ->group("View");
  app.add_flag("--full", options.full, "Whole texts and all calls, however many")->group("View");
  base::add_choice(app, "sort", options.sort, "input, or delta: the largest first")->group("View");
  base::add_choice(app, "color", options.color,
                   "auto (on a terminal, unless NO_COLOR is set), always, never")
      ->group("View");
  base::take_count(app.add_option("--width", options.width, "Columns; 0: those of the terminal"))
      ->group("View");
}

void check(const Options& options) {
  if (options.input.empty() == options.compare.empty()) {
    throw base::UsageError(options.input.empty()
                               ? "--input: name what to look at, or two runs behind --compare"
                               : "--compare names its two runs itself; leave --input out");
  }
  if (options.kept && options.dropped) {
    throw base::UsageError(
        "--kept and --dropped exclude each other; give neither to see all calls");
  }
  if (options.summary && !options.html.empty()) {
    throw base::UsageError("--html holds the summary already; leave --summary out");
  }
  if (options.json && !options.html.empty())
    throw base::UsageError("--html and --json exclude each other");
  if (options.sample > 0 && options.sort != Sort::kInput)
    throw base::UsageError("--sample takes random records; leave --sort out");
  if (options.width != 0 && (options.width < 20 || options.width > 10000)) {
    base::throw_error<base::UsageError>("--width must be 0 or 20 to 10000, got {}", options.width);
  }
}

}  // namespace toolformer::inspect
