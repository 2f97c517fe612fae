// SPDX-License-Identifier: Apache-2.0
#include "toolformer/lm/sampling_options.h"

#include <CLI/CLI.hpp>

#include "toolformer/base/error.h"
#include "toolformer/base/number_flag.h"

namespace toolformer::lm {

void bind(CLI::App& app, SamplingOptions& options) {
  base::take_number(app.add_option("--temperature", options.temperature,
                                   "Divides the logits; 0: always the most likely token"));
  base::take_count(
      app.add_option("--top-k", options.top_k, "Only the k most likely tokens; 0: all"));
  base::take_number(app.add_option(
      "--top-p", options.top_p, "Only the most likely tokens that together hold this probability"));
}

void check(const SamplingOptions& options) {
  if (!(options.temperature >= 0 && options.temperature <= 100)) {
    base::throw_error<base::UsageError>("--temperature must be between 0 and 100, got {}",
                                        options.temperature);
  }
  if (!(options.top_p > 0 && options.top_p <= 1)) {
    base::throw_error<base::UsageError>("--top-p must be above 0 and at most 1, got {}",
                                        options.top_p);
  }
}

}  // namespace toolformer::lm
