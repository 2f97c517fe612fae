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

TEST(Clusters, AreDrawnWhole) {
  // Ten clusters of ten equal items each know as much as ten items.
  std::vector<double> values, ten;
  Resampling clustered{.rounds = 500};
  for (std::size_t c = 0; c < 10; ++c) {
    clustered.clusters.emplace_back();
    ten.push_back(c < 5 ? 1 : 0);
    for (std::size_t i = 0; i < 10; ++i) {
      clustered.clusters.back().push_back(values.size());
      values.push_back(ten.back());
    }
  }
  const Estimate by_cluster = bootstrap_mean(values, clustered);
  const Estimate of_ten = bootstrap_mean(ten, {.rounds = 500});
  EXPECT_EQ(by_cluster.value, 0.5);
  EXPECT_EQ(by_cluster.low, of_ten.low);
  EXPECT_EQ(by_cluster.high, of_ten.high);
  EXPECT_LT(bootstrap_mean(values, {.rounds = 500}).high, by_cluster.high);
}

TEST(Clusters, MakeADifferenceLessSure) {
  std::vector<double> none(100, 0.0), some(100, 0.0);
  Resampling clustered{.rounds = 2000};
  for (std::size_t i = 0; i < 100; ++i) {
    if (i % 10 == 0) clustered.clusters.emplace_back();
    clustered.clusters.back().push_back(i);
    some[i] = i < 10 ? 1 : 0;  // one cluster alone
  }
  EXPECT_LT(compare_right(none, some, {.rounds = 2000}).p, 0.01);
  EXPECT_GT(compare_right(none, some, clustered).p, 0.3);
}

TEST(Detectable, IsTheDifferenceSeenInFourOfFiveSamples) {
  // 280 items, of which 25 and 11 are right for one row only: the standard error of the difference
  // is sqrt(36 / 280 - 0.05^2) / sqrt(280) = 0.02122, times 2.80 that is 0.0594.
  std::vector<double> first(280, 0.0), second(280, 0.0);
  for (std::size_t i = 0; i < 25; ++i) second[i] = 1;
  for (std::size_t i = 25; i < 36; ++i) first[i] = 1;
  EXPECT_NEAR(compare_right(first, second, {.rounds = 5000}).detectable, 0.0594, 0.002);
  EXPECT_EQ(compare_right(first, first, {}).detectable, 0);
}

}  // namespace
}  // namespace toolformer::eval
