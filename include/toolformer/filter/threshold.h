// SPDX-License-Identifier: Apache-2.0
// The threshold that keeps the N best calls of every tool (--keep-top, --keep-fraction). It looks
// at a whole shard before the first call is decided, so it works on scored input: tf-filter --steps
// select.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "toolformer/filter/options.h"
#include "toolformer/record/run_options.h"

namespace toolformer::filter {

/// The smallest delta among the `keep` largest; calls that tie with it are kept too. +infinity for
/// keep 0.
double floor_of(std::vector<double> deltas, std::size_t keep);

/// Tool -> floor, over the best passing call of every place in this shard of the input.
std::map<std::string, double> find_floors(const Options& options, const record::RunOptions& run);

}  // namespace toolformer::filter
