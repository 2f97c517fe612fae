// SPDX-License-Identifier: Apache-2.0
// The mix that a model is trained on: which documents there are, and how often each is used.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "toolformer/base/per_tool.h"

namespace toolformer::finetune {

/// Documents with kept calls of one tool, when nothing is said (arXiv 2302.04761, section 4.1).
inline constexpr std::size_t kMaxPerTool = 25'000;

struct CorpusOptions {
  std::vector<std::string> plain;  ///< more documents, of which only the text is used
  double plain_weight = 1;  ///< how often an epoch uses a document without kept calls, on average
  /// Likewise one with kept calls, 1 where not given; of a document's tools the largest counts.
  base::PerTool<double> tool_weight;
  /// Documents with kept calls of a tool, drawn at random; 0: all; kMaxPerTool where not given.
  base::PerTool<std::size_t> max_per_tool;
};

}  // namespace toolformer::finetune
