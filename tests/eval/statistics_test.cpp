// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/statistics.h"

#include <gtest/gtest.h>

#include <cmath>

namespace toolformer::eval {
namespace {

TEST(Statistics, TheIntervalOfAShareIsTheBinomialOne) {
  std::vector<double> right(400, 0.0);
  for (std::size_t i = 0; i < 100; ++i) right[4 * i] = 1;
  const Estimate share = bootstrap_mean(right, {.rounds = 4000, .seed = 1});
  EXPECT_DOUBLE_EQ(share.value, 0.25);
  const double half = 1.96 * std::sqrt(0.25 * 0.75 / 400);  // normal approximation: 0.0424
  EXPECT_NEAR(share.low, 0.25 - half, 0.005);
  EXPECT_NEAR(share.high, 0.25 + half, 0.005);
}

TEST(Statistics, TheSameSeedGivesTheSameInterval) {
  const std::vector<double> values = {1, 0, 0, 1, 1, 0, 1};
  const Estimate first = bootstrap_mean(values, {.rounds = 100, .seed = 3});
  const Estimate again = bootstrap_mean(values, {.rounds = 100, .seed = 3});
  EXPECT_EQ(first.low, again.low);
  EXPECT_EQ(first.high, again.high);
}

TEST(Statistics, ARatioIsOfSums) {
  const std::vector<double> nll = {10, 30}, tokens = {10, 10};
  EXPECT_DOUBLE_EQ(bootstrap_ratio(nll, tokens, {.rounds = 10}).value, 2);
  EXPECT_TRUE(std::isnan(bootstrap_mean({}, {.rounds = 10}).value));
}

TEST(Statistics, McNemarIsTheExactBinomialTest) {
  EXPECT_DOUBLE_EQ(mcnemar(0, 0), 1);
  EXPECT_NEAR(mcnemar(5, 0), 2 * std::pow(0.5, 5), 1e-12);
  EXPECT_NEAR(mcnemar(8, 2), 2 * 56.0 / 1024, 1e-12);  // 1 + 10 + 45 of 1024, twice
  EXPECT_DOUBLE_EQ(mcnemar(3, 3), 1);
}

TEST(Statistics, PairsOfItemsAreCompared) {
  std::vector<double> first(100, 0.0), second(100, 0.0);
  for (std::size_t i = 0; i < 12; ++i) second[i] = 1;
  for (std::size_t i = 50; i < 52; ++i) first[i] = 1;
  const Comparison comparison = compare_right(first, second, {.rounds = 500});
  EXPECT_DOUBLE_EQ(comparison.difference.value, 0.10);
  EXPECT_GT(comparison.difference.low, 0.0);
  EXPECT_NEAR(comparison.p, mcnemar(12, 2), 1e-12);
  EXPECT_DOUBLE_EQ(compare_right(first, first, {.rounds = 50}).p, 1);
}

TEST(Statistics, RatiosAreComparedByTheirResamples) {
  const std::vector<double> tokens = {10, 20, 30, 40}, base = {20, 42, 61, 80};
  std::vector<double> better = base;
  for (double& nll : better) nll -= 2;
  const Comparison comparison = compare_ratios(base, better, tokens, {.rounds = 200});
  EXPECT_DOUBLE_EQ(comparison.difference.value, -0.08);
  EXPECT_LT(comparison.difference.high, 0);
  EXPECT_EQ(comparison.p, 0);
}

}  // namespace
}  // namespace toolformer::eval
