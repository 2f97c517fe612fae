// SPDX-License-Identifier: Apache-2.0
// Through the model that owns it, against requests sampled one at a time.
#include "toolformer/model/engine/continuous_batcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>

#include "fake/byte_tokenizer.h"
#include "model/random_model.h"
#include "toolformer/model/engine/torch_language_model.h"

namespace toolformer::model {
namespace {

using Ids = std::vector<lm::TokenId>;

class ContinuousBatcherTest : public testing::Test {
 protected:
  ContinuousBatcherTest() { document_ = model_.extend({}, Ids{10, 11, 12, 13, 14, 15, 16, 17}); }

  lm::SampleRequest request(std::size_t place, std::uint64_t sample, std::size_t tokens) const {
    lm::SampleRequest result;
    result.prefix = {document_.cache, place};
    result.random = base::KeyedRandom(1, {std::string_view("doc"), place, sample});
    result.max_tokens = tokens;
    return result;
  }

  TorchLanguageModel model_{random_transformer(random_config({"gqa", 6, 2, 32, 0})),
                            std::make_unique<fake::ByteTokenizer>(),
                            "x",
                            {.sequences = 4}};
  lm::Prefix document_;
};

TEST_F(ContinuousBatcherTest, WhatARequestSamplesIsItsOwn) {
  std::vector<lm::SampleRequest> requests;
  for (std::uint64_t i = 0; i < 17; ++i) {
    requests.push_back(request(3 + i / 5, i, 1 + i % 6));
    if (i % 2 == 1) requests.back().forced_tokens = {40, 41};
  }
  const auto together = model_.sample(requests);
  ASSERT_EQ(together.size(), requests.size());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto alone = model_.sample(std::span(&requests[i], 1)).front();
    EXPECT_EQ(alone.tokens, together[i].tokens) << i;
    EXPECT_EQ(alone.logprobs, together[i].logprobs) << i;  // to the last bit
    EXPECT_EQ(alone.reason, together[i].reason) << i;
  }
}

/// At temperature 0 four samples never part: they cost what one costs.
TEST_F(ContinuousBatcherTest, SamplesThatAgreeAreOneBranch) {
  std::vector<lm::SampleRequest> requests;
  for (std::uint64_t i = 0; i < 4; ++i) {
    requests.push_back(request(8, i, 5));
    requests.back().forced_tokens = {40, 41, 42};
    requests.back().sampling.temperature = 0;
  }
  const auto before = model_.counters();
  const auto sampled = model_.sample(requests);
  const auto work = model_.counters().since(before);
  for (const auto& each : sampled) EXPECT_EQ(each.tokens, sampled.front().tokens);
  ASSERT_EQ(sampled.front().tokens.size(), 5U);
  EXPECT_EQ(work.at("work.tokens_forwarded"), 3 + 4);  // nothing follows the fifth
  EXPECT_EQ(work.at("work.head_rows"), 5);
  EXPECT_EQ(work.at("work.tokens_reused"), 8);
}

/// Requests that are under way have got a token and want more.
TEST_F(ContinuousBatcherTest, AtMostTheCapacityIsUnderWayAndWhatEndsIsReplaced) {
  constexpr std::size_t kRequests = 13;
  std::set<std::size_t> under_way;
  std::size_t most = 0, when_some_ended = 0, ended = 0;
  std::vector<lm::SampleRequest> requests;
  for (std::size_t i = 0; i < kRequests; ++i) {
    const std::size_t tokens = 2 + i % 5;
    requests.push_back(request(1 + i % 8, i, tokens));
    requests.back().stop = [&, i, tokens](std::span<const lm::TokenId> so_far) {
      under_way.insert(i);
      most = std::max(most, under_way.size());
      if (ended > 4) when_some_ended = std::max(when_some_ended, under_way.size());
      if (so_far.size() == tokens) ended += under_way.erase(i);
      return false;
    };
  }
  const auto sampled = model_.sample(requests);
  EXPECT_EQ(most, 4U);
  EXPECT_EQ(when_some_ended, 4U);
  for (std::size_t i = 0; i < kRequests; ++i)
    if (sampled[i].reason == lm::Sampled::Reason::kLength)
      EXPECT_EQ(sampled[i].tokens.size(), requests[i].max_tokens);
}

TEST_F(ContinuousBatcherTest, AKeptCacheHoldsAllTokensOnce) {
  auto kept = request(8, 1, 4);
  kept.forced_tokens = {40, 41};
  kept.keep_cache = true;
  const auto before = model_.counters().tokens_forwarded;
  const auto sampled = model_.sample(std::span(&kept, 1)).front();
  ASSERT_EQ(sampled.tokens.size(), 4U);
  EXPECT_EQ(sampled.end.length, 8U + 2 + 4);
  EXPECT_EQ(model_.counters().tokens_forwarded - before, 2U + 4);
  // What is scored behind it is what is scored behind all of its tokens.
  Ids tokens = {40, 41};
  tokens.insert(tokens.end(), sampled.tokens.begin(), sampled.tokens.end());
  const std::size_t first = tokens.size();
  tokens.push_back(50);
  const std::vector<lm::ScoreRequest> scores = {{sampled.end, {50}, 0}, {document_, tokens, first}};
  const auto values = model_.score(scores);
  EXPECT_NEAR(values[0].front(), values[1].front(), 2e-5);
}

TEST_F(ContinuousBatcherTest, ARequestWithoutRoomEndsAtOnce) {
  const auto before = model_.counters().tokens_forwarded;
  const auto none = request(8, 0, 0);
  const auto sampled = model_.sample(std::span(&none, 1)).front();
  EXPECT_TRUE(sampled.tokens.empty());
  EXPECT_EQ(sampled.reason, lm::Sampled::Reason::kLength);
  EXPECT_EQ(model_.counters().tokens_forwarded, before);
}

}  // namespace
}  // namespace toolformer::model
