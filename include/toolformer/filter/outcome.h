// SPDX-License-Identifier: Apache-2.0
// What came out of a run of tf-filter, and what to do next, in one sentence.
#pragma once

#include <string>

#include "toolformer/record/summary.h"

namespace toolformer::filter {

struct OutcomePaths {
  std::string output, model;  ///< as they were given
};

/// "9 of 2,615 calls kept in 7 documents; next: tf-finetune --input ...". With none kept: the best
/// delta and the threshold that would keep 1 %, both to the half that the summary counts by. Empty
/// where no call was decided on.
std::string outcome(const record::Summary& counts, const OutcomePaths& paths);

}  // namespace toolformer::filter
