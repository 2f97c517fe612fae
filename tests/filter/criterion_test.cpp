// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/criterion.h"

#include <gtest/gtest.h>

#include <limits>

namespace toolformer::filter {
namespace {

const std::vector<float> kLogprobs = {-1.0F, -2.0F, -0.5F, -4.0F, -3.0F};

TEST(WeightedLoss, MatchesTheTableComputedByHand) {
  // 1 + 2 + 0.5 + 4 + 3
  EXPECT_NEAR(weighted_loss(kLogprobs, make_weights(Weights::kUniform, 5)), 10.5, 1e-12);
  EXPECT_NEAR(weighted_loss(kLogprobs, make_weights(Weights::kUniform, 2)), 3.0, 1e-12);
  // (1*1 + .8*2 + .6*.5 + .4*4 + .2*3) / 3 = (1 + 1.6 + .3 + 1.6 + .6) / 3
  EXPECT_NEAR(weighted_loss(kLogprobs, make_weights(Weights::kLinear, 5)), 5.1 / 3, 1e-12);
}

TEST(WeightedLoss, KeepsTheWeightsWhereTheTextEndsEarly) {
  const std::vector<float> two = {-3.0F, -3.0F};
  EXPECT_NEAR(weighted_loss(two, make_weights(Weights::kLinear, 5)), 3 * 1.8 / 3, 1e-12);
  EXPECT_EQ(weighted_loss({}, make_weights(Weights::kUniform, 8)), 0);
}

TEST(WeightedLoss, AddsInDouble) {
  // In float, 1e8 + 1 is 1e8: the small terms would be lost.
  std::vector<float> logprobs(101, -1.0F);
  logprobs[0] = -1e8F;
  EXPECT_EQ(weighted_loss(logprobs, make_weights(Weights::kUniform, 101)), 1e8 + 100);
}

record::Call scored(const record::Losses& losses, std::vector<std::string> others = {}) {
  record::Call call;
  call.loss = losses;
  call.others = std::move(others);
  return call;
}

TEST(DeltaOf, TakesTheBaselineThatIsAskedFor) {
  const auto call = scored({.plain = 2.31, .no_result = 2.28, .result = 0.94, .other = 1.5}, {"x"});
  EXPECT_NEAR(*delta_of(Baseline::kPlain, call), 1.37, 1e-12);
  EXPECT_NEAR(*delta_of(Baseline::kNoResult, call), 1.34, 1e-12);
  EXPECT_NEAR(*delta_of(Baseline::kMin, call), 1.34, 1e-12);
  EXPECT_NEAR(*delta_of(Baseline::kOther, call), 0.56, 1e-12);
  const auto worse = scored({.plain = 1, .no_result = 5, .result = 3, .other = 9}, {"x"});
  EXPECT_NEAR(*delta_of(Baseline::kMin, worse), -2, 1e-12);
  EXPECT_NEAR(*delta_of(Baseline::kOther, worse), -2, 1e-12);
}

TEST(DeltaOf, IsUnknownWhereItsLossWasNotMeasured) {
  const auto call = scored({.plain = 2, .no_result = {}, .result = 1});
  EXPECT_EQ(delta_of(Baseline::kPlain, call), 1.0);
  EXPECT_EQ(delta_of(Baseline::kNoResult, call), std::nullopt);
  EXPECT_EQ(delta_of(Baseline::kMin, call), std::nullopt);
  EXPECT_EQ(delta_of(Baseline::kOther, call), std::nullopt);
  EXPECT_EQ(delta_of(Baseline::kOther, scored({.plain = 2, .no_result = 2, .result = 1}, {"x"})),
            std::nullopt);
}

TEST(DeltaOf, ACallWithoutOthersIsJudgedByTheMinimum) {
  EXPECT_EQ(delta_of(Baseline::kOther, scored({.plain = 3, .no_result = 2.5, .result = 1})), 1.5);
}

TEST(MayPass, NoMinimumIsLargerThanThePlainLoss) {
  const Criterion at_least{.gamma = 1, .comparison = Comparison::kAtLeast};
  EXPECT_TRUE(may_pass(at_least, {.plain = 2, .no_result = {}, .result = 1}));
  EXPECT_FALSE(may_pass(at_least, {.plain = 1.9, .no_result = {}, .result = 1}));
  EXPECT_FALSE(may_pass({.gamma = 1}, {.plain = 2, .no_result = {}, .result = 1}));
  EXPECT_TRUE(
      may_pass({.baseline = Baseline::kNoResult}, {.plain = 0, .no_result = {}, .result = 9}));
  EXPECT_FALSE(may_pass({.gamma = 1}, {.plain = 9, .no_result = 1.5, .result = 1}));
  EXPECT_FALSE(may_pass({.gamma = 1}, {.plain = 9, .no_result = 9, .result = 1, .other = 2}));
  EXPECT_TRUE(may_pass({.baseline = Baseline::kMin, .gamma = 1},
                       {.plain = 9, .no_result = 9, .result = 1, .other = 2}));
}

TEST(Passes, AboveIsStrictAndAtLeastIsNot) {
  Criterion criterion{.gamma = 1.0, .comparison = Comparison::kAbove};
  EXPECT_FALSE(passes(criterion, 1.0));
  EXPECT_TRUE(passes(criterion, 1.0000001));
  criterion.comparison = Comparison::kAtLeast;
  EXPECT_TRUE(passes(criterion, 1.0));
  EXPECT_FALSE(passes(criterion, 0.9999999));
  EXPECT_FALSE(passes(criterion, std::numeric_limits<double>::quiet_NaN()));
}

TEST(Preset, IsTheTableOfTheContract) {
  const Criterion primed = preset(Preset::kPrimed, "Calculator");
  EXPECT_EQ(primed.window, 8U);
  EXPECT_EQ(primed.weights, Weights::kUniform);
  EXPECT_EQ(primed.placement, Placement::kPrimed);
  EXPECT_EQ(primed.baseline, Baseline::kOther);
  EXPECT_EQ(primed.gamma, 1.0);
  EXPECT_EQ(primed.comparison, Comparison::kAbove);

  const Criterion windowed = preset(Preset::kWindowed, "Calculator");
  EXPECT_EQ(windowed.window, 32U);
  EXPECT_EQ(windowed.weights, Weights::kUniform);
  EXPECT_EQ(windowed.placement, Placement::kInline);
  EXPECT_EQ(windowed.baseline, Baseline::kPlain);
  EXPECT_EQ(windowed.gamma, 1.0);
  EXPECT_EQ(windowed.comparison, Comparison::kAbove);

  const Criterion paper = preset(Preset::kPaper, "QA");
  EXPECT_EQ(paper.window, 5U);
  EXPECT_EQ(paper.weights, Weights::kLinear);
  EXPECT_EQ(paper.placement, Placement::kPrefix);
  EXPECT_EQ(paper.baseline, Baseline::kMin);
  EXPECT_EQ(paper.gamma, 1.0);
  EXPECT_EQ(paper.comparison, Comparison::kAtLeast);
  EXPECT_EQ(preset(Preset::kPaper, "Calculator").gamma, 0.5);
  EXPECT_EQ(preset(Preset::kPaper, "MT").gamma, 0.5);
}

TEST(Criteria, AToolWithoutOneHasThatOfTheOthers) {
  const Criteria criteria{.others = {.gamma = 2}, .by_tool = {{"MT", {.gamma = 0.5}}}};
  EXPECT_EQ(criteria.of("MT").gamma, 0.5);
  EXPECT_EQ(criteria.of("QA").gamma, 2);
}

TEST(Names, AreThoseOfTheContract) {
  EXPECT_EQ(base::name_of(Weights::kLinear), "linear");
  EXPECT_EQ(base::name_of(Placement::kPrefix), "prefix");
  EXPECT_EQ(base::name_of(Baseline::kNoResult), "no_result");
  EXPECT_EQ(base::name_of(Comparison::kAtLeast), "at_least");
  EXPECT_EQ(base::name_of(Preset::kWindowed), "windowed");
}

}  // namespace
}  // namespace toolformer::filter
