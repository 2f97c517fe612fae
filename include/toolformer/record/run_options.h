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

/// One of `count` equal shares of the input; `index` counts from 0.
struct Shard {
  std::size_t index = 0;
  std::size_t count = 1;
};

struct RunOptions {
  std::vector<std::string> input;      ///< files, directories of shards, globs, or "-"
  std::string output;                  ///< a directory of shards, one file (x.jsonl[.gz|.zst]), or "-"
  Shard shard;                         ///< --shard I/N, 0 <= I < N
  std::optional<std::size_t> limit;    ///< stop after that many input records
  std::uint64_t seed = 0;
  bool restart = false;                ///< drop what an earlier run left; the default is to go on from it
  bool dry_run = false;
  bool strict = false;                 ///< the first bad line ends the run
  double max_failed_fraction = 0.0;    ///< above it the run ends with exit code 4
  std::string progress = "auto";       ///< auto | bar | plain | none
};

void bind(CLI::App& app, RunOptions& options);
void check(const RunOptions& options);

/// "3/16"; throws UsageError for anything else.
Shard parse_shard(const std::string& text);

}  // namespace toolformer::record
