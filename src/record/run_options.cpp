// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/run_options.h"

#include <CLI/CLI.hpp>

#include "toolformer/base/error.h"
#include "toolformer/base/number_flag.h"
#include "toolformer/record/input_files.h"
#include "toolformer/record/record_lines.h"
#include "toolformer/record/shard.h"

namespace toolformer::record {

void bind_input(CLI::App& app, RunOptions& options) {
  app.add_option("--input", options.input,
                 "What to read: files (.jsonl, .json, .csv, .tsv, .txt, each also .gz or .zst), "
                 "directories "
                 "of them, globs, or - for standard input")
      ->type_name("PATH");
  app.add_option("--text-field", options.text.field,
                 "The field or column of the input that holds the text")
      ->type_name("TEXT");
  app.add_option("--text-per", options.text.per,
                 "How much of a .txt file is one document: file or line")
      ->check(CLI::IsMember({"file", "line"}))
      ->type_name("KIND");
  app.add_flag("--strict", options.strict, "Stop at the first bad line");
  base::take_number(
      app.add_option("--max-failed-fraction", options.max_failed_fraction,
                     "Exit with code 4 when a larger part of the records could not be used"))
      ->type_name("F");
}

void bind_run(CLI::App& app, RunOptions& options) {
  base::take_count(app.add_option("--seed", options.seed, "Seed of every random choice"));
  auto* resume =
      app.add_flag("--resume", options.resume, "Go on where an earlier run stopped (the default)");
  app.add_flag("--restart", options.restart, "Drop what an earlier run left and begin again")
      ->excludes(resume);
  app.add_option("--progress", options.progress, "auto, bar, plain or none")
      ->check(CLI::IsMember({"auto", "bar", "plain", "none"}))
      ->type_name("KIND");
}

void bind(CLI::App& app, RunOptions& options) {
  bind_input(app, options);
  app.add_option("--output", options.output,
                 "Where to write: a directory of shards, one file (x.jsonl[.gz|.zst]), or - for "
                 "standard output")
      ->type_name("PATH");
  app.add_option("--compress", options.compress,
                 "Compression of shards in a directory: none, gz or zst")
      ->type_name("KIND");
  app.add_option_function<std::string>(
         "--shard", [&options](const std::string& text) { options.shard = parse_shard(text); },
         "Work on share I of N of the input, I counts from 0")
      ->type_name("I/N");
  base::take_count(
      app.add_option("--limit", options.limit, "Use only the first N records of the input"));
  bind_run(app, options);
  app.add_flag("--dry-run", options.dry_run, "Show what would be done, write nothing");
}

void check(const RunOptions& options) {
  if (options.input.empty()) {
    base::throw_error<base::UsageError>(
        "--input: nothing to read; name files, a directory, or - for standard input");
  }
  if (options.output.empty() && !options.dry_run) {
    base::throw_error<base::UsageError>(
        "--output: nowhere to write; name a directory, a file x.jsonl, or -");
  }
  parse_compression(options.compress);
  if (options.shard.count == 0 || options.shard.index >= options.shard.count) {
    base::throw_error<base::UsageError>("--shard {}/{}: expected 0 <= I < N", options.shard.index,
                                        options.shard.count);
  }
  if (!(options.max_failed_fraction >= 0 && options.max_failed_fraction <= 1)) {
    base::throw_error<base::UsageError>("--max-failed-fraction {}: expected 0 to 1",
                                        options.max_failed_fraction);
  }
  for (const char* taken : {"", "schema", "id", "meta", "calls", "augmented"}) {
    if (options.text.field == taken)
      base::throw_error<base::UsageError>(
          "--text-field \"{}\": cannot be the text, records have another meaning for it; name the "
          "field that holds the text",
          taken);
  }
  // Thrown here rather than after a model was loaded.
  for (const InputFile& file : expand_input(options.input)) {
    if (!file.is_stream()) open_record_lines(file.path, options.text);
  }
}

}  // namespace toolformer::record
