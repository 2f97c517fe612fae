// SPDX-License-Identifier: Apache-2.0
// A shard that grows block by block and survives being killed at any moment. Each commit: append to
// X.part and sync, append to the rejects and sync, replace X.state. What stands behind the
// committed bytes is a torn block, cut off by the next run. Finish: rejects and summary get their
// names, X.part becomes X, X.state goes.
#pragma once

#include <optional>
#include <string>

#include "toolformer/base/file.h"
#include "toolformer/base/sha256.h"
#include "toolformer/record/shard.h"
#include "toolformer/record/shard_state.h"

namespace toolformer::record {

/// What one block adds.
struct BlockOutput {
  std::string lines;    ///< records, each with its newline
  std::string rejects;  ///< the same for rejects
  std::size_t next_ordinal = 0;
  Summary counts;
};

class ShardWriter {
 public:
  /// Begins a shard, or goes on with the one that X.state describes. Throws UsageError when that
  /// was another run or another process writes this shard now, IoError when committed bytes are
  /// damaged or gone.
  ShardWriter(OutputPaths paths, const nlohmann::ordered_json& identity);

  const ShardState& state() const { return state_; }
  bool resumed() const { return state_.runs > 1; }

  /// Returns when the block would survive a power loss. Throws IoError; the shard is then to be
  /// left as it is.
  void commit(const BlockOutput& block, double wall_seconds, double cpu_seconds);

  struct Finished {
    std::uint64_t bytes = 0;
    std::string sha256;
  };
  /// The last step before publish: what the file will be.
  Finished seal();
  /// Writes the summary and gives every file its final name.
  void publish(const std::string& summary);

 private:
  /// A file with its committed part verified and everything behind it cut off.
  struct Part {
    std::optional<base::File> file;
    CommittedBytes committed;
    base::Sha256 hash;
  };
  Part open_part(const std::filesystem::path& path, const CommittedBytes& committed) const;
  static void append(Part& part, std::string_view bytes);
  void write_state();

  OutputPaths paths_;
  ShardState state_;
  Part records_;
  Part rejects_;  // opened when the first bad line comes
};

/// Removes everything an earlier run left of this shard. Throws UsageError when the output is a
/// file that no run wrote.
void remove_earlier_run(const OutputPaths& paths);

/// What a finished shard says of itself; nullopt: there is none. Throws DataError when the file is
/// not what its summary says, UsageError when a file of that name has no summary.
std::optional<nlohmann::ordered_json> finished_summary(const OutputPaths& paths);

}  // namespace toolformer::record
