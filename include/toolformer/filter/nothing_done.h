// SPDX-License-Identifier: Apache-2.0
// What to say of a run of tf-filter that had nothing to do: it ends well, and helps nobody.
#pragma once

#include <string>
#include <vector>

#include "toolformer/filter/options.h"
#include "toolformer/record/summary.h"

namespace toolformer::filter {

/// One sentence for each of: no document holds a call; no call was executed, and the steps do not
/// execute; all calls of some tools are of none of `tools`, or failed alike; no scored call is
/// kept. From the counts of the whole shard.
std::vector<std::string> nothing_done(const Options& options, const std::vector<std::string>& tools,
                                      const record::Summary& counts);

}  // namespace toolformer::filter
