// SPDX-License-Identifier: Apache-2.0
#include "toolformer/decode/options.h"

#include <CLI/CLI.hpp>
#include <cmath>

#include "toolformer/base/choice_flag.h"
#include "toolformer/base/error.h"
#include "toolformer/base/number_flag.h"
#include "toolformer/lm/sampling_options.h"

namespace toolformer::decode {

void bind(CLI::App& app, Options& options) {
  base::take_count(app.add_option("--max-new-tokens", options.max_new_tokens,
                                  "Tokens of text to generate; calls and results do not count"),
                   {.most = base::kMillion});
  lm::bind(app, options.sampling);
  base::take_count(app.add_option(
      "--call-top-k", options.call_top_k,
      "Call when the open marker is among the k most likely tokens; 0: tools disabled, "
      "1: as the model decides, 10: the paper's rule"));
  base::take_number(app.add_option("--call-min-p", options.call_min_p,
                                   "And only where the open marker has this probability"));
  base::take_number(app.add_option(
      "--call-min-ratio", options.call_min_ratio,
      "And only where it has this many times the probability of the likeliest other token"));
  base::take_count(
      app.add_option("--call-branch", options.call_branch,
                     "Write so many tokens with the call and without it, and keep the call only "
                     "where the model finds them likelier with it; 0: do not"),
      {.most = base::kMillion});
  base::take_count(
      app.add_option("--max-calls", options.max_calls, "Calls with a result, per prompt"),
      {.most = base::kMillion});
  base::take_count(
      app.add_option("--max-failed-calls", options.max_failed_calls,
                     "Attempts without a result, per prompt; behind them no call is begun"),
      {.most = base::kMillion});
  base::take_count(app.add_option("--max-call-tokens", options.max_call_tokens,
                                  "Tokens of one call, from behind the open marker to the arrow"),
                   {.most = base::kMillion});
  base::take_count(
      app.add_option("--max-result-tokens", options.max_result_tokens, "A longer result is cut"),
      {.most = base::kMillion});
  app.add_option("--stop", options.stop, "End before this text; empty: no such text");
  base::add_choice(app, "markers", options.markers,
                   "How calls are written: text (\" [\", \" -> \", \"]\"), token (<API>, ->, "
                   "</API>), auto (token when the tokenizer has them)");
}

void check(const Options& options) {
  lm::check(options.sampling);
  if (!(options.call_min_p >= 0 && options.call_min_p <= 1)) {
    base::throw_error<base::UsageError>("--call-min-p must be between 0 and 1, got {}",
                                        options.call_min_p);
  }
  if (!(options.call_min_ratio >= 0) || !std::isfinite(options.call_min_ratio)) {
    base::throw_error<base::UsageError>("--call-min-ratio must be at least 0 and finite, got {}",
                                        options.call_min_ratio);
  }
  if (options.max_call_tokens == 0 || options.max_result_tokens == 0) {
    base::throw_error<base::UsageError>(
        "--max-call-tokens and --max-result-tokens must be at least 1, got {} and {}; "
        "--call-top-k 0 disables tools",
        options.max_call_tokens, options.max_result_tokens);
  }
}

}  // namespace toolformer::decode
