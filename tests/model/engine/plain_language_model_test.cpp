// SPDX-License-Identifier: Apache-2.0
// The model that all others are compared with, against the transformer itself.
#include "toolformer/model/engine/plain_language_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "fake/byte_tokenizer.h"
#include "model/random_model.h"
#include "toolformer/base/error.h"

namespace toolformer::model {
namespace {

using Ids = std::vector<lm::TokenId>;

class PlainLanguageModelTest : public testing::Test {
 protected:
  /// [ids, V], computed without the class.
  torch::Tensor logprobs(const Ids& ids) const {
    const torch::InferenceMode inference;
    const auto n = static_cast<std::int64_t>(ids.size());
    PackedAttention attention({n});
    const auto tensor = torch::tensor(std::vector<std::int64_t>(ids.begin(), ids.end()));
    const auto hidden = transformer_.forward(tensor, torch::arange(n), attention);
    return torch::log_softmax(transformer_.logits(hidden), 1);
  }
  float logprob(const Ids& before, lm::TokenId id) const {
    return logprobs(before)[static_cast<std::int64_t>(before.size()) - 1][id].item<float>();
  }

  const Transformer transformer_ = random_transformer(random_config({"mha", 4, 4, 8, 0}));
  PlainLanguageModel model_{transformer_, std::make_unique<fake::ByteTokenizer>(), "x"};
};

TEST_F(PlainLanguageModelTest, PrefillGivesEveryTokenAndTheProbeEverywhere) {
  const auto start = model_.extend({}, Ids{1, 2});
  EXPECT_EQ(start.length, 2U);
  const auto prefill = model_.prefill(start, Ids{3, 4}, 9);
  EXPECT_EQ(prefill.end.length, 4U);
  ASSERT_EQ(prefill.token_logprobs.size(), 2U);
  EXPECT_NEAR(prefill.token_logprobs[0], logprob({1, 2}, 3), 1e-5);
  EXPECT_NEAR(prefill.token_logprobs[1], logprob({1, 2, 3}, 4), 1e-5);
  ASSERT_EQ(prefill.probe_logprobs.size(), 3U);
  EXPECT_NEAR(prefill.probe_logprobs[0], logprob({1, 2}, 9), 1e-5);
  EXPECT_NEAR(prefill.probe_logprobs[2], logprob({1, 2, 3, 4}, 9), 1e-5);
}

TEST_F(PlainLanguageModelTest, NothingPredictsTheFirstTokenOfAll) {
  const auto prefill = model_.prefill({}, Ids{5, 6}, 9);
  EXPECT_TRUE(std::isnan(prefill.token_logprobs[0]));
  EXPECT_TRUE(std::isnan(prefill.probe_logprobs[0]));
  EXPECT_NEAR(prefill.token_logprobs[1], logprob({5}, 6), 1e-5);
  EXPECT_TRUE(model_.prefill({}, Ids{}, std::nullopt).token_logprobs.empty());
}

TEST_F(PlainLanguageModelTest, ScoresFromTheFirstAskedTokenOn) {
  const auto document = model_.extend({}, Ids{1, 2, 3, 4});
  const lm::ScoreRequest request{{document.cache, 3}, {7, 8, 9}, 1};
  const auto scores = model_.score(std::span(&request, 1)).front();
  ASSERT_EQ(scores.size(), 2U);
  EXPECT_NEAR(scores[0], logprob({1, 2, 3, 7}, 8), 1e-5);
  EXPECT_NEAR(scores[1], logprob({1, 2, 3, 7, 8}, 9), 1e-5);
}

TEST_F(PlainLanguageModelTest, TheLikeliestTokenFollowsAtTemperatureZero) {
  lm::SampleRequest request;
  request.prefix = model_.extend({}, Ids{1, 2});
  request.forced_tokens = {3};
  request.sampling.temperature = 0;
  request.max_tokens = 3;
  request.keep_cache = true;
  const auto sampled = model_.sample(std::span(&request, 1)).front();
  Ids ids = {1, 2, 3};
  for (std::size_t i = 0; i < sampled.tokens.size(); ++i) {
    const auto last = logprobs(ids)[static_cast<std::int64_t>(ids.size()) - 1];
    ASSERT_EQ(sampled.tokens[i], last.argmax().item<std::int64_t>());
    EXPECT_NEAR(sampled.logprobs[i], last.max().item<float>(), 1e-5);
    ids.push_back(sampled.tokens[i]);
  }
  EXPECT_EQ(sampled.end.length, 3 + sampled.tokens.size());
  EXPECT_EQ(sampled.reason, lm::Sampled::Reason::kLength);
  EXPECT_EQ(sampled.tokens.size(), 3U);
}

TEST_F(PlainLanguageModelTest, StopsWhenAskedAndAtTheContextsEnd) {
  lm::SampleRequest request;
  request.prefix = model_.extend({}, Ids(318, 1));  // of 320
  request.max_tokens = 10;
  const auto full = model_.sample(std::span(&request, 1)).front();
  EXPECT_LE(full.tokens.size(), 2U);
  request.prefix = model_.extend({}, Ids{1});
  request.stop = [](std::span<const lm::TokenId> tokens) { return tokens.size() == 2; };
  const auto stopped = model_.sample(std::span(&request, 1)).front();
  if (stopped.reason != lm::Sampled::Reason::kEnd) {
    EXPECT_EQ(stopped.reason, lm::Sampled::Reason::kStop);
    EXPECT_EQ(stopped.tokens.size(), 2U);
  }
  EXPECT_THROW(model_.extend({}, Ids(321, 1)), base::DataError);
}

TEST_F(PlainLanguageModelTest, EverySequenceIsComputedAsAWhole) {
  const auto document = model_.extend({}, Ids{1, 2, 3, 4});
  EXPECT_EQ(model_.counters().tokens_forwarded, 0U);  // nothing is stored but the tokens
  model_.prefill(document, Ids{5}, std::nullopt);
  EXPECT_EQ(model_.counters().tokens_forwarded, 5U);
  EXPECT_EQ(model_.counters().lm_head_rows, 5U);
}

}  // namespace
}  // namespace toolformer::model
