// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/perplexity.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "toolformer/base/error.h"

namespace toolformer::eval {
namespace {

std::size_t count_words(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\f\v";
  std::size_t words = 0;
  for (std::size_t at = text.find_first_not_of(kBlanks); at != std::string_view::npos;
       at = text.find_first_not_of(kBlanks, at)) {
    ++words;
    at = std::min(text.find_first_of(kBlanks, at), text.size());
  }
  return words;
}

/// What a window begins with: one token, or none if the vocabulary has neither a start nor an end.
std::vector<lm::TokenId> window_start(const text::Tokenizer& tokenizer) {
  if (const auto bos = tokenizer.bos()) return {*bos};
  const auto eos = tokenizer.eos();
  return {eos.begin(), eos.begin() + std::min<std::ptrdiff_t>(1, std::ssize(eos))};
}

/// Adds tokens [first, last) to the score, read behind those from `begin` on.
void add_window(lm::LanguageModel& model, const std::vector<text::Token>& tokens, std::size_t begin,
                std::size_t first, std::size_t last, std::optional<lm::TokenId> open,
                TextScore& score) {
  std::vector<lm::TokenId> context = window_start(model.tokenizer());
  for (std::size_t i = begin; i < first; ++i) context.push_back(tokens[i].id);
  std::vector<lm::TokenId> scored;
  for (std::size_t i = first; i < last; ++i) scored.push_back(tokens[i].id);
  const lm::Prefix prefix = context.empty() ? lm::Prefix{} : model.extend({}, context);
  const lm::Prefill prefill = model.prefill(prefix, scored, open);
  for (std::size_t i = 0; i < scored.size(); ++i) {
    const double logprob = prefill.token_logprobs[i];
    if (std::isnan(logprob)) continue;  // a first token that nothing stands before
    score.nll -= logprob;
    score.nll_no_calls -= logprob;
    if (open) score.nll_no_calls += std::log1p(-std::exp(double{prefill.probe_logprobs[i]}));
    ++score.tokens;
    score.bytes += tokens[first + i].end - tokens[first + i].begin;
  }
}

}  // namespace

WindowOptions fit(WindowOptions options, std::size_t longest, std::size_t start) {
  const std::size_t window = std::min(options.window, longest);
  if (options.overlap + start < window) return options;
  if (!options.fit_overlap || window <= start) {
    base::throw_error<base::UsageError>(
        "--overlap {}: a window of {} tokens, {} of them the start token, scores nothing new "
        "behind it; give a smaller --overlap, or none for half of the window",
        options.overlap, window, start);
  }
  options.overlap = std::min(window / 2, window - start - 1);
  return options;
}

WindowOptions fit(const WindowOptions& options, const lm::LanguageModel& model) {
  return fit(options, model.context_length(), window_start(model.tokenizer()).size());
}

TextScore score_text(lm::LanguageModel& model, std::string_view text, const WindowOptions& asked,
                     std::optional<lm::TokenId> open) {
  const WindowOptions options = fit(asked, model);
  const std::size_t start = window_start(model.tokenizer()).size();
  const std::size_t window = std::min(options.window, model.context_length()) - start;
  const std::vector<text::Token> tokens = model.tokenizer().encode(text);
  TextScore score{.words = count_words(text)};
  for (std::size_t first = 0; first < tokens.size();) {
    const std::size_t begin = first == 0 ? 0 : first - std::min(first, options.overlap);
    const std::size_t last = std::min(begin + window, tokens.size());
    add_window(model, tokens, begin, first, last, open, score);
    first = last;
  }
  return score;
}

}  // namespace toolformer::eval
