// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/perplexity.h"

#include <gtest/gtest.h>

#include <cmath>

#include "fake/refusal.h"
#include "fake/table_language_model.h"
#include "toolformer/base/error.h"

namespace toolformer::eval {
namespace {

using fake::TableLanguageModel;
using fake::TableTokenizer;

TableLanguageModel model_with(bool adds_bos) {
  return {std::make_unique<TableTokenizer>(std::vector<std::string>{"the ", "é"}, adds_bos), {}};
}

/// Token by token from the model's own distribution: the slow way.
double slow_nll(const TableLanguageModel& model, std::vector<lm::TokenId> context,
                const std::vector<lm::TokenId>& scored) {
  double nll = 0;
  for (const lm::TokenId id : scored) {
    nll -= model.next_logprobs(context)[static_cast<std::size_t>(id)];
    context.push_back(id);
  }
  return nll;
}

TEST(Perplexity, SumsEveryTokenOnce) {
  TableLanguageModel model = model_with(true);
  const std::string text = "the cat é sat";
  const TextScore score = score_text(model, text, {}, std::nullopt);
  const auto ids = model.tokenizer().ids(text);
  EXPECT_EQ(score.tokens, ids.size());
  EXPECT_EQ(score.bytes, text.size());
  EXPECT_EQ(score.words, 4u);
  EXPECT_NEAR(score.nll, slow_nll(model, model.tokenizer().start(), ids), 1e-4);
  EXPECT_EQ(score.nll, score.nll_no_calls);
}

TEST(Perplexity, TheFirstTokenIsScoredWhereTextsHaveNoStartToken) {
  TableLanguageModel model = model_with(false);
  ASSERT_TRUE(model.tokenizer().start().empty());
  const TextScore score = score_text(model, "abc", {}, std::nullopt);
  EXPECT_EQ(score.tokens, 3u);
  EXPECT_EQ(score.bytes, 3u);
  EXPECT_NEAR(score.nll, slow_nll(model, {*model.tokenizer().bos()}, {'a', 'b', 'c'}), 1e-5);
}

TEST(Perplexity, LongTextsAreReadInOverlappingWindows) {
  TableLanguageModel model = model_with(true);
  // <s> and four tokens: abcd, then cd as context of ef, then ef as context of g.
  const TextScore score = score_text(model, "abcdefg", {.window = 5, .overlap = 2}, std::nullopt);
  const lm::TokenId bos = *model.tokenizer().bos();
  EXPECT_EQ(score.tokens, 7u);
  EXPECT_NEAR(score.nll,
              slow_nll(model, {bos}, {'a', 'b', 'c', 'd'}) +
                  slow_nll(model, {bos, 'c', 'd'}, {'e', 'f'}) +
                  slow_nll(model, {bos, 'e', 'f'}, {'g'}),
              1e-4);
}

TEST(Perplexity, TheOpenMarkersProbabilityCanBeTakenAway) {
  TableLanguageModel model = model_with(true);
  const TextScore score = score_text(model, "ab", {}, 'z');
  const lm::TokenId bos = *model.tokenizer().bos();
  const double first = std::exp(model.next_logprobs(std::vector<lm::TokenId>{bos})['z']);
  const double second = std::exp(model.next_logprobs(std::vector<lm::TokenId>{bos, 'a'})['z']);
  EXPECT_NEAR(score.nll_no_calls, score.nll + std::log(1 - first) + std::log(1 - second), 1e-5);
  EXPECT_LT(score.nll_no_calls, score.nll);
}

TEST(Perplexity, AWindowMustHoldMoreThanItsOverlap) {
  TableLanguageModel model = model_with(true);
  EXPECT_NE(fake::refusal<base::UsageError>(
                [&] { score_text(model, "abc", {.window = 3, .overlap = 2}, std::nullopt); }),
            "accepted");
}

TEST(Perplexity, AnOverlapOfItsOwnFitsTheWindow) {
  const auto overlap = [](std::size_t window, std::size_t longest) {
    return fit({.window = window, .overlap = 1024, .fit_overlap = true}, longest, 1).overlap;
  };
  EXPECT_EQ(overlap(2048, 4096), 1024u);
  EXPECT_EQ(overlap(2048, 1026), 1024u);
  EXPECT_EQ(overlap(2048, 1025), 512u);
  EXPECT_EQ(overlap(2048, 1024), 512u);
  EXPECT_EQ(overlap(600, 4096), 300u);
  EXPECT_EQ(overlap(2, 4096), 0u);
  TableLanguageModel model = model_with(true);
  EXPECT_EQ(score_text(model, "abcdefg", {.window = 5, .overlap = 9, .fit_overlap = true}, {}).nll,
            score_text(model, "abcdefg", {.window = 5, .overlap = 2}, {}).nll);
}

TEST(Perplexity, NoTextNoTokens) {
  TableLanguageModel model = model_with(true);
  EXPECT_EQ(score_text(model, "", {}, std::nullopt).tokens, 0u);
}

}  // namespace
}  // namespace toolformer::eval
