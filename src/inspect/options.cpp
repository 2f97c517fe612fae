// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/options.h"

#include <CLI/CLI.hpp>

#include "toolformer/base/choice_flag.h"
#include "toolformer/base/error.h"
#include "toolformer/base/number_flag.h"

namespace toolformer::inspect {

void bind(CLI::App& app, Options& options) {
  app.add_option("--input,input", options.input,
                 "Files, directories of shards, globs, or - for standard input")
      ->required();
  app.add_option("--html", options.html, "Write one self-contained HTML report to this file");
  app.add_flag("--restart", options.restart, "Write over the file of --html");
  app.add_option("--tool", options.tool, "Only calls of this tool");
  app.add_flag("--kept", options.kept, "Only kept calls, and documents that have one");
  app.add_flag("--dropped", options.dropped,
               "Only calls that were not kept, and documents that have one");
  app.add_flag("--summary", options.summary,
               "Where candidates die, per tool, instead of documents");
  app.add_flag("--full", options.full, "Whole texts and all calls, however many");
  base::add_choice(app, "sort", options.sort, "input, or delta: the largest first");
  base::take_count(
      app.add_option("--limit", options.limit, "Documents to show; 0: all (1000 in a report)"));
  base::add_choice(app, "color", options.color,
                   "auto (on a terminal, unless NO_COLOR is set), always, never");
  base::take_count(app.add_option("--width", options.width, "Columns; 0: those of the terminal"));
}

void check(const Options& options) {
  if (options.kept && options.dropped) {
    throw base::UsageError(
        "--kept and --dropped exclude each other; give neither to see all calls");
  }
  if (options.summary && !options.html.empty()) {
    throw base::UsageError("--html holds the summary already; leave --summary out");
  }
  if (options.width != 0 && (options.width < 20 || options.width > 10000)) {
    base::throw_error<base::UsageError>("--width must be 0 or 20 to 10000, got {}", options.width);
  }
}

}  // namespace toolformer::inspect
