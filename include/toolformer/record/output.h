// SPDX-License-Identifier: Apache-2.0
// Where a run's blocks go: a shard that can be gone on with, or standard output.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "toolformer/record/input_files.h"
#include "toolformer/record/run_shard.h"
#include "toolformer/record/shard_writer.h"

namespace toolformer::record {

class Output {
 public:
  virtual ~Output() = default;
  virtual std::string name() const = 0;          ///< for messages
  virtual std::string rejects_name() const = 0;  ///< where the rejects go
  virtual bool can_resume() const = 0;
  /// The counts of the shard when nothing is left to do.
  virtual std::optional<Summary> finished() const = 0;

  // What earlier runs have committed.
  virtual std::size_t next_ordinal() const = 0;
  virtual const Summary& counts() const = 0;  ///< and this run
  virtual double wall_seconds() const = 0;
  virtual double cpu_seconds() const = 0;

  virtual void commit(const BlockOutput& block, double wall_seconds, double cpu_seconds) = 0;
  virtual void finish(double wall_seconds, double cpu_seconds) = 0;
};

/// Opens what --output names; creates its directory, checks that this run fits what is there,
/// writes run.json. Throws UsageError, DataError or IoError as ShardWriter does, and UsageError
/// when the output is one of the inputs, or holds shards of another count.
std::unique_ptr<Output> open_output(const RunOptions& options, const StageIdentity& stage,
                                    std::size_t block_size, const std::vector<InputFile>& files);

/// Where the results of remote tools lie that belong to this shard: beside the output, or nowhere
/// for standard output and where there is none.
std::filesystem::path tool_cache_beside(const RunOptions& options);

}  // namespace toolformer::record
