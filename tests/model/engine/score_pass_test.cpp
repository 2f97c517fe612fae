// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/engine/score_pass.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "model/random_model.h"

namespace toolformer::model {
namespace {

using Ids = std::vector<lm::TokenId>;

class ScorePassTest : public testing::Test {
 protected:
  ScorePassTest() {
    TokenTreeBatch document;
    document.tokens.add(lm::TokenTree::kRoot, kText);
    TokenTreeBatch* tree = &document;
    lm::WorkCounters ignored;
    const auto hidden = pass_.forward({&tree, 1}, ignored);
    document_ = {make_segment(document, static_cast<lm::TokenTree::Node>(kText.size()) - 1, hidden),
                 kText.size()};
  }

  lm::Prefix at(std::size_t length) const { return {document_.cache, length}; }

  /// log p of tokens[first..] behind the first `length` tokens of the text, from one whole
  /// sequence.
  std::vector<float> plain(std::size_t length, const Ids& tokens, std::size_t first) const {
    Ids ids(kText.begin(), kText.begin() + static_cast<std::ptrdiff_t>(length));
    ids.insert(ids.end(), tokens.begin(), tokens.end());
    const auto n = static_cast<std::int64_t>(ids.size());
    PackedAttention attention({n});
    const auto hidden = transformer_.forward(id_tensor(ids), torch::arange(n), attention);
    const auto all = torch::log_softmax(transformer_.logits(hidden), 1);
    std::vector<float> result;
    for (std::size_t i = length + first; i < ids.size(); ++i)
      result.push_back(all[static_cast<std::int64_t>(i) - 1][ids[i]].item<float>());
    return result;
  }

  const Ids kText = {10, 11, 12, 13, 14, 15, 16, 17};
  const torch::InferenceMode inference_;
  const Transformer transformer_ = random_transformer(random_config({"gqa", 6, 2, 32, 0}));
  const ForwardPass pass_{transformer_, 64};
  lm::Prefix document_;
};

void expect_close(const std::vector<float>& a, const std::vector<float>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 2e-5) << i;
}

/// A call at one place without its result and with it, the same window behind both; another place.
TEST_F(ScorePassTest, BranchesOfAPlaceShareWhatTheyBeginWith) {
  const std::vector<lm::ScoreRequest> requests = {
      {at(3), {40, 41, 42, 13, 14}, 3},      // call ] window
      {at(3), {40, 41, 43, 44, 13, 14}, 4},  // call -> result ] window
      {at(6), {40, 41, 42, 16, 17}, 0},
  };
  ScorePass pass;
  std::vector<std::vector<float>> results(3);
  std::vector<std::size_t> tokens;
  for (std::size_t i = 0; i < 3; ++i) {
    pass.add(requests[i], results[i]);
    tokens.push_back(pass.tokens());
  }
  // The last token of a request predicts nothing; 40 41 are there already for the second.
  EXPECT_EQ(tokens, (std::vector<std::size_t>{4, 4 + 3, 4 + 3 + 4}));
  lm::WorkCounters counters;
  pass.run(pass_, counters);
  EXPECT_EQ(counters.tokens_forwarded, 11U);
  EXPECT_EQ(counters.lm_head_rows, 2U + 2U + 5U);
  for (std::size_t i = 0; i < 3; ++i)
    expect_close(results[i],
                 plain(requests[i].prefix.length, requests[i].tokens, requests[i].first));
}

/// The plain text: nothing goes through the layers, every hidden state is in the segment.
TEST_F(ScorePassTest, WhatTheCacheHoldsIsNotForwarded) {
  const lm::ScoreRequest text{at(3), {13, 14, 15}, 0}, turns{at(3), {13, 14, 50, 51}, 1};
  ScorePass pass;
  std::vector<float> first, second;
  pass.add(text, first);
  EXPECT_EQ(pass.tokens(), 0U);
  EXPECT_TRUE(pass.continues(text));
  EXPECT_FALSE(pass.continues(turns));  // 50 must be forwarded behind five tokens
  pass.add(turns, second);
  EXPECT_EQ(pass.tokens(), 1U);
  lm::WorkCounters counters;
  pass.run(pass_, counters);
  expect_close(first, plain(3, text.tokens, 0));
  expect_close(second, plain(3, turns.tokens, 1));
  EXPECT_EQ(counters.tokens_forwarded, 1U);
  // 13 and 14 | 15; 14 again, 50 behind 14, 51 behind 50: of six questions one is asked twice.
  EXPECT_EQ(counters.lm_head_rows, 5U);
}

TEST_F(ScorePassTest, AChainIsContinuedAndATreeIsNot) {
  const Ids chain = {1, 2, 3, 4};
  const auto request = [&](std::size_t length, Ids tokens) {
    return lm::ScoreRequest{at(length), std::move(tokens), 0};
  };
  const auto start = request(4, {1, 2, 3, 4}), longer = request(4, {1, 2, 3, 4, 5}),
             other = request(4, {1, 2, 9, 4}), elsewhere = request(5, {1, 2, 3, 4, 5});
  ScorePass pass;
  std::vector<float> result;
  EXPECT_FALSE(pass.continues(start));
  pass.add(start, result);
  EXPECT_TRUE(pass.continues(start));
  EXPECT_TRUE(pass.continues(longer));
  EXPECT_FALSE(pass.continues(other));
  EXPECT_FALSE(pass.continues(elsewhere));
  pass.add(other, result);  // now the tree has branches
  EXPECT_FALSE(pass.continues(longer));
}

/// Which kernel rounds a token of the long chain must not depend on the short request beside it.
TEST_F(ScorePassTest, NoBitDependsOnTheOtherRequests) {
  Ids text(90, 7);
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<lm::TokenId>(i % 50);
  std::vector<lm::ScoreRequest> requests = {
      {at(4), {text.begin(), text.begin() + 9}, 0},
      {at(4), {text.begin(), text.begin() + 12}, 2},
      {at(4), text, 70},
      {at(7), {1, 2}, 0},
  };
  std::vector<std::vector<float>> together(requests.size());
  lm::WorkCounters counters;
  ScorePass pass;
  for (std::size_t i = 0; i < requests.size(); ++i) pass.add(requests[i], together[i]);
  pass.run(pass_, counters);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    std::vector<float> alone;
    ScorePass single;
    single.add(requests[i], alone);
    single.run(pass_, counters);
    EXPECT_EQ(alone, together[i]) << i;
  }
}

}  // namespace
}  // namespace toolformer::model
