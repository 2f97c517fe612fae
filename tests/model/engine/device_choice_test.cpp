// SPDX-License-Identifier: Apache-2.0
// It runs on any device: here on the CPU, beside choose_next(), which goes row by row.
#include "toolformer/model/engine/device_choice.h"

#include <gtest/gtest.h>

#include <cmath>

namespace toolformer::model {
namespace {

/// Probabilities 0.5, 0.25, 0.125, 0.125 for the ids 2, 0, 1, 3.
torch::Tensor one_row() {
  return torch::tensor({{0.25F, 0.125F, 0.5F, 0.125F}}).log() + 3;
}

NextToken choose(const Choice& choice) {
  return choose_on_device(one_row(), {choice}).front();
}

TEST(DeviceChoice, DrawsByTheCumulativeDistributionInTheOrderOfTheIds) {
  // Cumulated: id 0 up to 0.25, 1 up to 0.375, 2 up to 0.875, 3 up to 1.
  const std::vector<std::pair<double, int>> draws = {{0.0, 0},  {0.24, 0}, {0.26, 1}, {0.37, 1},
                                                     {0.38, 2}, {0.87, 2}, {0.88, 3}, {0.999, 3}};
  for (const auto& [uniform, id] : draws) {
    const NextToken token = choose({.uniform = uniform});
    EXPECT_EQ(token.id, id) << uniform;
    EXPECT_NEAR(token.logprob, std::log(id == 0 ? 0.25 : id == 2 ? 0.5 : 0.125), 1e-6);
  }
}

TEST(DeviceChoice, TemperatureAndCuts) {
  EXPECT_EQ(choose({.sampling = {.temperature = 0}, .uniform = 0.99}).id, 2);
  // The two likeliest, in the order of their probability: 2 up to 2/3, then 0.
  EXPECT_EQ(choose({.sampling = {.top_k = 2}, .uniform = 0.66}).id, 2);
  EXPECT_EQ(choose({.sampling = {.top_k = 2}, .uniform = 0.67}).id, 0);
  EXPECT_EQ(choose({.sampling = {.top_p = 0.5}, .uniform = 0.99}).id, 2);
  EXPECT_EQ(choose({.sampling = {.top_p = 0.6}, .uniform = 0.99}).id, 0);
  // At temperature 1/2 probabilities are squared: 0.0625, 0.0156, 0.25, 0.0156 of 0.34375.
  EXPECT_EQ(choose({.sampling = {.temperature = 0.5}, .uniform = 0.18}).id, 0);
  EXPECT_EQ(choose({.sampling = {.temperature = 0.5}, .uniform = 0.19}).id, 1);
}

TEST(DeviceChoice, ACallIsOpenedWhenItsMarkerIsAmongTheLikeliest) {
  EXPECT_EQ(choose({.call = {.open = 0, .top_k = 2}, .uniform = 0.5}).id, 0);
  EXPECT_EQ(choose({.call = {.open = 0, .top_k = 1}, .uniform = 0.5}).id, 2);
  EXPECT_NEAR(choose({.call = {.open = 0, .top_k = 2}, .uniform = 0.5}).logprob, std::log(0.25),
              1e-6);
  // Never chosen with 0: the others share what is left, 1 up to 1/6, 2 up to 5/6.
  EXPECT_EQ(choose({.call = {.open = 0, .top_k = 0}, .uniform = 0.0}).id, 1);
  EXPECT_EQ(choose({.call = {.open = 0, .top_k = 0}, .uniform = 0.17}).id, 2);
  EXPECT_EQ(choose({.call = {.open = 2, .top_k = 0}, .uniform = 0.0}).id, 0);
}

TEST(DeviceChoice, ManyChoicesAtOnceAreThoseOfChooseNext) {
  torch::manual_seed(2);
  const auto logits = torch::randn({7, 300}) * 3;
  std::vector<Choice> choices;
  for (std::int64_t i = 0; i < 200; ++i) {
    Choice choice{.row = i % 7, .uniform = (static_cast<double>(i) + 0.37) / 200};
    choice.sampling.temperature = i % 5 == 0 ? 0.0 : 0.5 + 0.1 * static_cast<double>(i % 4);
    if (i % 3 == 1) choice.sampling.top_k = 9;
    if (i % 4 == 1) choice.sampling.top_p = 0.7;
    if (i % 6 == 1) choice.call = {.open = 17, .top_k = static_cast<std::size_t>(i % 12)};
    choices.push_back(choice);
  }
  const auto together = choose_on_device(logits, choices), expected = choose_next(logits, choices);
  ASSERT_EQ(together.size(), choices.size());
  for (std::size_t i = 0; i < choices.size(); ++i) {
    EXPECT_EQ(together[i].id, expected[i].id) << i;
    EXPECT_NEAR(together[i].logprob, expected[i].logprob, 1e-5) << i;
  }
  EXPECT_TRUE(choose_on_device(logits, {}).empty());
}

}  // namespace
}  // namespace toolformer::model
