// SPDX-License-Identifier: Apache-2.0
// What makes two runs the same run: what is trained on what and how. A resumed run must have the
// same identity; where files are, device and threads, how often is saved and how much is shown may
// differ.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "toolformer/finetune/options.h"

namespace toolformer::finetune {

struct Fingerprints {
  std::string model;  ///< SHA-256 of weights and configuration
  std::string tokenizer;
  std::string corpus;      ///< of the examples as token ids
  std::string validation;  ///< of those of --valid; empty without
};

/// What else decides the numbers.
struct RunEnvironment {
  std::uint64_t seed = 0;
  std::string dtype = "float32";  ///< of products
  std::size_t processes = 1;      ///< that train together; each has its part of the moments
};

nlohmann::ordered_json run_identity(const Options& options, const Fingerprints& fingerprints,
                                    const RunEnvironment& circumstances);

/// What an existing run may differ in. Safe to change on the way is what does not decide which
/// documents a step sees or what the optimiser's state means.
enum class Changes { kNone, kSafe };

/// The fields that differ and may ("lr: 0.1 before, 0.2 now"). Throws UsageError that names every
/// other field that differs, with both values, and the remedy.
std::vector<std::string> require_same_run(const nlohmann::ordered_json& before,
                                          const nlohmann::ordered_json& now,
                                          const std::string& output,
                                          Changes allowed = Changes::kNone);

}  // namespace toolformer::finetune
