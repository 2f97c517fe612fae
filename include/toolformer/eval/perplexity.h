// SPDX-License-Identifier: Apache-2.0
// How likely a model finds a text. Texts longer than a window are read in windows that overlap:
// each window begins with the tokenizer's start token, holds at most `window` tokens, and its first
// `overlap` tokens (the last of the one before it) are context only. Every token is scored once.
// Where a tokenizer starts no text with a token of its own, the one that it has for the start, or
// else for the end, of a text stands there, as in lm-evaluation-harness.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "toolformer/lm/language_model.h"

namespace toolformer::eval {

struct WindowOptions {
  std::size_t window = 2048;  ///< tokens; never more than the model's context holds
  std::size_t overlap = 1024;
  bool fit_overlap = false;  ///< an overlap that a window has no room for: half of the window
};

/// The options where a window of at most `longest` tokens begins with `start` tokens of its own.
/// Throws UsageError when it has no room for a token, unless the overlap may be fitted.
WindowOptions fit(WindowOptions options, std::size_t longest, std::size_t start);
WindowOptions fit(const WindowOptions& options, const lm::LanguageModel& model);

struct TextScore {
  double nll = 0;           ///< nats, summed
  double nll_no_calls = 0;  ///< the same when no call can be opened: p(x) / (1 - p(open marker))
  std::size_t tokens = 0;   ///< that were scored
  std::size_t bytes = 0;    ///< that they stand for
  std::size_t words = 0;    ///< separated by white space
};

/// `open`: the token form's open marker, whose probability is taken away (paper, footnotes 5 and
/// 8); nullopt: both sums are the same. Throws UsageError as fit.
TextScore score_text(lm::LanguageModel& model, std::string_view text, const WindowOptions& options,
                     std::optional<lm::TokenId> open);

}  // namespace toolformer::eval
