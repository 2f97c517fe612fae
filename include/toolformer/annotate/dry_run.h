// SPDX-License-Identifier: Apache-2.0
// tf-annotate --dry-run: shows what a run would do, with the first prompt in full, and writes
// nothing.
#pragma once

#include <ostream>

#include "toolformer/annotate/options.h"
#include "toolformer/lm/language_model.h"
#include "toolformer/record/run_options.h"

namespace toolformer::annotate {

/// Reads the whole input of this shard to count it, and annotates some documents to estimate how
/// long all take.
void dry_run(const record::RunOptions& run, const Options& options, lm::LanguageModel& model,
             std::ostream& out);

}  // namespace toolformer::annotate
