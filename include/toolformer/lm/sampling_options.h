// SPDX-License-Identifier: Apache-2.0
// The flags of sampling, shared by the stages that let a model write.
#pragma once

#include "toolformer/lm/sampling.h"

namespace CLI {
class App;
}

namespace toolformer::lm {

/// --temperature, --top-k, --top-p.
void bind(CLI::App& app, SamplingOptions& options);

/// Throws UsageError that names the flag and its value.
void check(const SamplingOptions& options);

}  // namespace toolformer::lm
