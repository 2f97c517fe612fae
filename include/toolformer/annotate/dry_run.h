// SPDX-License-Identifier: Apache-2.0
// tf-annotate --dry-run: shows what a run would do, with the first prompt in full, and writes
// nothing.
#pragma once

#include <ostream>

#include "toolformer/annotate/options.h"
#include "toolformer/record/run_options.h"
#include "toolformer/text/tokenizer.h"

namespace toolformer::annotate {

/// Needs the tokenizer only. Reads the whole input of this shard to count it.
void dry_run(const record::RunOptions& run, const Options& options,
             const text::Tokenizer& tokenizer, std::ostream& out);

}  // namespace toolformer::annotate
