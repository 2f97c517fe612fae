// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/engine/next_token.h"

#include <gtest/gtest.h>

#include <cmath>

#include "toolformer/model/engine/device_choice.h"

namespace toolformer::model {
namespace {

text::TokenId choose(const torch::Tensor& row, const Choice& choice) {
  return choose_next(row.unsqueeze(0), {choice}).front().id;
}

TEST(NextToken, InvertsTheCumulativeDistribution) {
  const auto row = torch::log(torch::tensor({0.1f, 0.2f, 0.3f, 0.4f}));
  EXPECT_EQ(choose(row, {.uniform = 0.0}), 0);
  EXPECT_EQ(choose(row, {.uniform = 0.0999}), 0);
  EXPECT_EQ(choose(row, {.uniform = 0.1001}), 1);
  EXPECT_EQ(choose(row, {.uniform = 0.2999}), 1);
  EXPECT_EQ(choose(row, {.uniform = 0.5999}), 2);
  EXPECT_EQ(choose(row, {.uniform = 0.9999999}), 3);
}

TEST(NextToken, FindsIdsBehindTheFirstBlock) {
  auto row = torch::full({2000}, -1e30f);
  row[1500] = 0;
  row[700] = 0;
  EXPECT_EQ(choose(row, {.uniform = 0.49}), 700);
  EXPECT_EQ(choose(row, {.uniform = 0.51}), 1500);
  EXPECT_EQ(choose(row, {.uniform = 0.99999999}), 1500);
}

TEST(NextToken, FrequenciesFollowTheDistribution) {
  torch::manual_seed(3);
  const auto row = torch::randn({1000});
  const auto p = torch::softmax(row, 0);
  std::vector<int> counts(1000);
  constexpr int kDraws = 20000;
  for (int i = 0; i < kDraws; ++i)
    ++counts[static_cast<std::size_t>(choose(row, {.uniform = (i + 0.5) / kDraws}))];
  for (int id = 0; id < 1000; ++id)
    EXPECT_NEAR(counts[static_cast<std::size_t>(id)], p[id].item<double>() * kDraws, 1.01);
}

TEST(NextToken, TemperatureZeroTakesTheMostLikely) {
  const auto row = torch::tensor({0.0f, 2.0f, 1.0f});
  EXPECT_EQ(choose(row, {.sampling = {.temperature = 0}, .uniform = 0.99}), 1);
}

TEST(NextToken, TopKAndTopPCutTheTail) {
  const auto row = torch::log(torch::tensor({0.1f, 0.2f, 0.3f, 0.4f}));
  EXPECT_EQ(choose(row, {.sampling = {.top_k = 2}, .uniform = 0.9999}), 2);
  EXPECT_EQ(choose(row, {.sampling = {.top_k = 1}, .uniform = 0.9999}), 3);
  EXPECT_EQ(choose(row, {.sampling = {.top_p = 0.5}, .uniform = 0.9999}),
            2);  // 0.4 is not enough, 0.4 + 0.3 is
  EXPECT_EQ(choose(row, {.sampling = {.top_p = 0.39}, .uniform = 0.9999}), 3);
}

TEST(NextToken, CallRuleLooksAtTheRank) {
  const auto row = torch::tensor({0.0f, 3.0f, 2.0f, 1.0f});
  const auto greedy = [](std::size_t k) {
    return Choice{.sampling = {.temperature = 0}, .call = {.open = 3, .top_k = k}};
  };
  EXPECT_EQ(choose(row, greedy(2)), 1);
  EXPECT_EQ(choose(row, greedy(3)), 3);
  Choice forbidden{.sampling = {.temperature = 0}, .call = {.open = 1, .top_k = 0}};
  EXPECT_EQ(choose(row, forbidden), 2);
}

TEST(NextToken, CallRuleLooksAtProbabilityAndRatio) {
  const auto row = torch::log(torch::tensor({0.1f, 0.5f, 0.3f, 0.1f}));
  const auto with = [&](double least_p, double least_ratio) {
    return choose(
        row, {.sampling = {.temperature = 0},
              .call = {.open = 2, .top_k = 3, .least_p = least_p, .least_ratio = least_ratio}});
  };
  EXPECT_EQ(with(0, 0), 2);
  EXPECT_EQ(with(0.29, 0), 2);
  EXPECT_EQ(with(0.31, 0), 1);
  EXPECT_EQ(with(0, 0.59), 2);  // 0.3 of 0.5 is 0.6
  EXPECT_EQ(with(0, 0.61), 1);
  Choice likeliest{.sampling = {.temperature = 0},
                   .call = {.open = 1, .top_k = 1, .least_ratio = 1.6}};
  EXPECT_EQ(choose(row, likeliest), 1);  // 0.5 of 0.3 is 1.67; greedy chooses it all the same
}

TEST(NextToken, AllAtOnceIsAsOneByOne) {
  torch::manual_seed(5);
  const auto logits = torch::randn({7, 700}) * 2;
  std::vector<Choice> choices;
  for (std::int64_t i = 0; i < 140; ++i) {
    Choice choice{.row = i % 7, .uniform = static_cast<double>(i) / 140 + 0.0017};
    choice.sampling.temperature = i % 5 == 0 ? 0.0 : 0.5 + 0.1 * static_cast<double>(i % 9);
    if (i % 4 == 1) choice.sampling.top_k = 9;
    if (i % 3 == 1) choice.sampling.top_p = 0.6;
    if (i % 4 == 2) choice.call = {.open = i, .top_k = static_cast<std::size_t>(i % 8) * 40};
    if (i % 8 == 6) choice.call.least_p = 0.001;
    if (i % 12 == 2) choice.call.least_ratio = 0.1;
    choices.push_back(choice);
  }
  const auto expected = choose_next(logits, choices);
  const auto got = choose_on_device(logits, choices);
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].id, expected[i].id) << i;
    EXPECT_NEAR(got[i].logprob, expected[i].logprob, 2e-5) << i;
  }
}

TEST(NextToken, LogprobIsOfTheUnmodifiedLogits) {
  const auto row = torch::log(torch::tensor({0.25f, 0.75f}));
  const auto next =
      choose_next(row.unsqueeze(0), {{.row = 0, .sampling = {.temperature = 0.1}, .uniform = 0.99}})
          .front();
  EXPECT_EQ(next.id, 1);
  EXPECT_NEAR(next.logprob, std::log(0.75), 1e-6);
}

}  // namespace
}  // namespace toolformer::model
