// SPDX-License-Identifier: Apache-2.0
// The loop of every stage that turns lines into lines: read a block, transform it, write it, commit
// it. Reads: RunOptions.input. Writes: the shard, and beside it ....summary.json,
// ....rejects.jsonl, run.json. Keeps the order of the input. A shard under its final name is
// complete. Killed at any moment and run again, it ends with the same bytes as an uninterrupted
// run.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "toolformer/record/item.h"
#include "toolformer/record/run_options.h"
#include "toolformer/record/summary.h"

namespace toolformer::record {

/// What this run is; on resume every field must be as it was, or the run refuses and names the
/// field.
struct StageIdentity {
  std::string stage;              ///< "annotate"
  nlohmann::ordered_json config;  ///< the resolved configuration, written to run.json
  std::map<std::string, std::string>
      fingerprints;  ///< "model", "tokenizer", "prompts", "index" -> SHA-256
  /// "perplexity": what of the stage this is, where not every option decides all that it writes.
  std::string part = {};
};

/// Edits the items of one block in place; it may also remove some, but not reorder them. Blocks are
/// fixed groups of input records, so they are the same whatever the number of restarts; bad lines
/// have left them already, so a block may be short. Counts go to the summary of this block and are
/// committed with it; tokens are counted as "tokens.<what>". Long work may ask
/// base::stop_requested() and throw Interrupted: the block is then done again by the next run.
using Transform = std::function<void(std::vector<Item>& block, Summary& summary)>;

struct StageLoop {
  std::size_t block_size = 16;  ///< records per block: the unit of batching and of commit
  /// Given: called with every block before the one in front of it is transformed, so that what
  /// takes waiting can be begun. Must not change a result: a block that was announced may still be
  /// left undone.
  std::function<void(const std::vector<Item>& block)> announce = {};
};

/// Runs the stage over this shard and returns its counts, those of earlier runs that it went on
/// from included. A shard that is complete already is left alone. Throws Interrupted after SIGTERM,
/// SIGINT or SIGUSR1 (the last complete block is committed), TooManyFailures at the end when too
/// many records were rejected, DataError at the first bad line when strict, UsageError when an
/// earlier run had other settings (names the field), IoError when a file cannot be written.
Summary run_shard(const RunOptions& options, const StageIdentity& identity, const StageLoop& loop,
                  const Transform& transform);

/// The same for stages whose records need no common block: any number of them may be out at a time,
/// each is committed as soon as it and all before it are done.
class ShardRecords {
 public:
  virtual ~ShardRecords() = default;
  /// The next record that is no bad line; nullptr: there are no more. Throws as stop_if_asked().
  virtual Item* next() = 0;
  /// Takes a record back, edited, with what is to be counted of it. In any order.
  virtual void done(Item* record, Summary counts) = 0;
  /// Throws Interrupted when the run is to stop. What was not given back is then done again by the
  /// next run.
  virtual void stop_if_asked() = 0;
  /// When all have been given back: ends the run as run_shard() does.
  virtual Summary finish() = 0;
};

/// Commits at least `block_size` records at a time. `options` must outlive it.
std::unique_ptr<ShardRecords> open_records(const RunOptions& options, const StageIdentity& identity,
                                           std::size_t block_size);

}  // namespace toolformer::record
