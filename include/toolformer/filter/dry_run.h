// SPDX-License-Identifier: Apache-2.0
// tf-filter --dry-run: shows what a run would do; runs no tool and writes nothing.
#pragma once

#include <ostream>

#include "toolformer/filter/options.h"
#include "toolformer/lm/language_model.h"
#include "toolformer/record/run_options.h"

namespace toolformer::filter {

/// Reads the whole input of this shard to count its calls. With the step `score` (only then `model`
/// is used) those of some documents are scored, a call without a result as if its input were the
/// result, to estimate how long all take.
void dry_run(const record::RunOptions& run, const Options& options, lm::LanguageModel* model,
             std::ostream& out);

}  // namespace toolformer::filter
