// SPDX-License-Identifier: Apache-2.0
// Whether the calls that are to be filtered were sampled under other settings.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "toolformer/calls/call_syntax.h"

namespace toolformer::filter {

/// One sentence for each of: another model, other markers. `writer` is the run that wrote the input
/// (record/writer_of.h); `fingerprints` are those of this run.
std::vector<std::string> annotated_otherwise(const nlohmann::ordered_json& writer,
                                             const std::map<std::string, std::string>& fingerprints,
                                             const calls::Markers& markers);

}  // namespace toolformer::filter
