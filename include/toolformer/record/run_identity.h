// SPDX-License-Identifier: Apache-2.0
// What a run is: everything that decides its output. A later run may go on only from a run that was
// the same.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "toolformer/record/input_files.h"
#include "toolformer/record/run_shard.h"

namespace toolformer::record {

/// {"version", "stage", "shard", "limit", "seed", "block_size", "compress", "config",
/// "fingerprints", "input": [{name, size, modified_ns, sha256}]}. `config` is without the keys that
/// cannot change a result or that stand here by themselves. `earlier`, when not null, saves hashing
/// files whose size and time are still the same.
nlohmann::ordered_json run_identity(const RunOptions& options, const StageIdentity& stage,
                                    std::size_t block_size, const std::vector<InputFile>& files,
                                    const nlohmann::ordered_json& earlier);

/// The configuration of every shard of this output: what run.json holds, {"version", "stage",
/// "config", "fingerprints"}.
nlohmann::ordered_json run_configuration(const StageIdentity& stage);

/// Throws UsageError that names the first differing field of `before` and `now`, with both values
/// and the remedy. `where` is the file that `before` was read from.
void refuse_other_run(const std::string& where, const nlohmann::ordered_json& before,
                      const nlohmann::ordered_json& now);

/// The part of a stage's configuration that belongs to its identity.
nlohmann::ordered_json deciding_config(const StageIdentity& stage);

}  // namespace toolformer::record
