// SPDX-License-Identifier: Apache-2.0
// The run that wrote a file of records, from the run.json beside it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace toolformer::record {

/// {"stage", "config", "fingerprints"} of the first input that a run wrote; null where there is
/// none. `input`: as behind --input.
nlohmann::ordered_json writer_of(const std::vector<std::string>& input);

}  // namespace toolformer::record
