// SPDX-License-Identifier: Apache-2.0
// What makes two runs the same run: everything that changes the weights that come out. A resumed
// run must have the same identity; where files are, how often is saved and how much is shown may
// differ.
#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include "toolformer/finetune/options.h"

namespace toolformer::finetune {

struct Fingerprints {
  std::string model;  ///< SHA-256 of weights and configuration
  std::string tokenizer;
  std::string corpus;  ///< of the examples as token ids
};

nlohmann::ordered_json run_identity(const Options& options, std::uint64_t seed,
                                    const Fingerprints& fingerprints);

/// Throws UsageError that names every field that differs, with both values, and the remedy.
void require_same_run(const nlohmann::ordered_json& before, const nlohmann::ordered_json& now,
                      const std::string& output);

}  // namespace toolformer::finetune
