// SPDX-License-Identifier: Apache-2.0
// The work of tf-index.
#pragma once

#include "toolformer/record/run_options.h"
#include "toolformer/tools/builtin/search_index.h"

namespace toolformer::apps {

/// Uses input, output, limit, progress, restart and how to fail. Throws UsageError when the output
/// is there and is neither extended nor written over. The exit code.
int write_index(const record::RunOptions& options, tools::SearchIndexWriter::Start start);

}  // namespace toolformer::apps
