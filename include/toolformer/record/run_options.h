// SPDX-License-Identifier: Apache-2.0
// The flags every stage shares: what to read, where to write, which share of it, how to fail.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace toolformer::record {

/// One of `count` equal shares of the input; `index` counts from 0. Record number i (in the order
/// of the whole input) belongs to the share i % count.
struct Shard {
  std::size_t index = 0;
  std::size_t count = 1;
};

/// How documents lie in inputs other than records of this project.
struct TextOptions {
  std::string field = "text";  ///< the field or column that holds the text
  std::string per = "file";    ///< file | line: how much of a .txt is one document
};

struct RunOptions {
  std::vector<std::string> input;  ///< files, directories of shards, globs, or "-"
  std::string output;              ///< a directory of shards, one file (x.jsonl[.gz|.zst]), or "-"
  std::string compress =
      "none";   ///< none | gz | zst: shards in a directory; a file's name says it itself
  Shard shard;  ///< --shard I/N, 0 <= I < N
  std::optional<std::size_t>
      limit;  ///< use only the first records of the whole input, before it is shared out
  std::uint64_t seed = 0;
  TextOptions text;
  bool resume = false;   ///< accepted for scripts: going on is the default
  bool restart = false;  ///< drop what an earlier run left
  bool dry_run = false;
  bool strict = false;               ///< the first bad line ends the run
  double max_failed_fraction = 0.0;  ///< above it the run ends with exit code 4
  std::string progress = "auto";     ///< auto | bar | plain | none
};

/// --input, --text-field, --text-per, --strict and --max-failed-fraction: for programs that only
/// read documents (DocumentReader).
void bind_input(CLI::App& app, RunOptions& options);
/// --seed, --resume, --restart and --progress: for programs whose input is not documents.
void bind_run(CLI::App& app, RunOptions& options);
/// Every flag; includes bind_input and bind_run.
void bind(CLI::App& app, RunOptions& options);
/// Throws UsageError that names the flag. Wants an input that is there and, unless it is a dry run,
/// an output.
void check(const RunOptions& options);

/// "3/16"; throws UsageError for anything else.
Shard parse_shard(const std::string& text);

}  // namespace toolformer::record
