// SPDX-License-Identifier: Apache-2.0
// The settings of decoding with tools, shared by every program that generates.
#pragma once

#include <cstddef>
#include <string>

#include "toolformer/calls/call_markers.h"
#include "toolformer/lm/sampling.h"

namespace CLI {
class App;
}

namespace toolformer::decode {

struct Options {
  lm::SamplingOptions sampling = {.temperature = 0};
  std::size_t max_new_tokens = 128;  ///< of text; the tokens of calls and results do not count
  /// Call where the open marker is among the k most likely tokens; 0: never, 1: as the model
  /// decides, 10: the paper's rule, which also opens calls in the middle of an expression.
  std::size_t call_top_k = 1;
  double call_min_p = 0;      ///< and only where it has at least this probability
  double call_min_ratio = 0;  ///< and at least this many times that of the likeliest other token
  /// Tokens that are written once with a call and its result and once without it: the call stays
  /// where the model finds them likelier with it, by the mean of their log-probabilities. 0: no.
  std::size_t call_branch = 0;
  std::size_t max_calls = 1;  ///< calls with a result, per prompt
  std::size_t max_failed_calls =
      3;  ///< attempts without a result, per prompt; behind them no call is begun
  std::size_t max_call_tokens = 64;     ///< from behind the open marker to the arrow
  std::size_t max_result_tokens = 128;  ///< a longer result is cut
  std::string stop;                     ///< generation ends before this text; empty: no such text
  calls::MarkerChoice markers = calls::MarkerChoice::kAuto;
};

void bind(CLI::App& app, Options& options);
void check(const Options& options);

}  // namespace toolformer::decode
