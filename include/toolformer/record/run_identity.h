// SPDX-License-Identifier: Apache-2.0
// What a run is: everything that decides its output. A later run may go on only from a run that was
// the same. Every option of a program decides, unless a row of option_rules() says why it need not.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "toolformer/record/input_files.h"
#include "toolformer/record/run_shard.h"

namespace toolformer::record {

/// What another value of an option means for a run that is there already.
enum class OnChange {
  kNothing,    ///< it decides no byte of what is gone on with
  kElsewhere,  ///< what it names is in the identity under another name, or hashed by its content
  kOverride,   ///< it decides, and tf-finetune --override goes on all the same
};

/// Columns that hold several names separate them with blanks.
struct OptionRule {
  std::string_view stages;   ///< "eval", "eval/task" (one part of it); empty: every stage
  std::string_view options;  ///< without dashes
  OnChange on_change;
  std::string_view reason;
};

std::span<const OptionRule> option_rules();

/// The rule for an option of "eval" or "eval/task"; nullptr: it decides, and a run with another
/// value is refused.
const OptionRule* rule_of(std::string_view stage, std::string_view option);

/// The part of a stage's configuration that belongs to its identity.
nlohmann::ordered_json deciding_config(const StageIdentity& stage);

/// {"version", "stage", "shard", "limit", "seed", "block_size", "compress", "config",
/// "fingerprints", "input": [{name, size, modified_ns, sha256}]} with the deciding_config.
/// `earlier`, when not null, saves hashing files whose size and time are still the same.
nlohmann::ordered_json run_identity(const RunOptions& options, const StageIdentity& stage,
                                    std::size_t block_size, const std::vector<InputFile>& files,
                                    const nlohmann::ordered_json& earlier);

/// The configuration of every shard of this output: what run.json holds, {"version", "stage",
/// "config", "fingerprints"}.
nlohmann::ordered_json run_configuration(const StageIdentity& stage);

/// A field of an identity ("config.gamma") with both values, "nothing" where it is not there.
struct Difference {
  std::string field, before, now;
};

/// All of them. Times of files do not count: a copy of the same bytes is the same input.
std::vector<Difference> differences(const nlohmann::ordered_json& before,
                                    const nlohmann::ordered_json& now);

/// Throws UsageError that names the first differing field of `before` and `now`, with both values
/// and the remedy. `where` is the file that `before` was read from.
void refuse_other_run(const std::string& where, const nlohmann::ordered_json& before,
                      const nlohmann::ordered_json& now);

}  // namespace toolformer::record
