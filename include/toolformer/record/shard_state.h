// SPDX-License-Identifier: Apache-2.0
// What of an unfinished shard is committed: the content of X.state, replaced as a whole behind
// every block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "toolformer/record/summary.h"

namespace toolformer::record {

/// Bytes of a file that are committed, and their CRC-32.
struct CommittedBytes {
  std::uint64_t bytes = 0;
  std::uint32_t crc = 0;
};

struct ShardState {
  nlohmann::ordered_json identity;  ///< run_identity
  CommittedBytes records;           ///< of X.part
  CommittedBytes rejects;           ///< of the rejects beside it
  std::size_t blocks = 0;
  std::size_t next_ordinal = 0;  ///< every record of this shard before it is done
  int runs = 1;                  ///< how many times the shard was begun or gone on with
  double wall_seconds = 0;
  double cpu_seconds = 0;
  Summary counts;

  std::string to_json() const;
  /// Throws DataError that names the file when it is not a state this version can read.
  static ShardState from_json(const std::string& text, const std::string& file);
};

}  // namespace toolformer::record
