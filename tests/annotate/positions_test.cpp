// SPDX-License-Identifier: Apache-2.0
#include "toolformer/annotate/positions.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

namespace toolformer::annotate {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<float> logs(const std::vector<double>& probabilities) {
  std::vector<float> result;
  for (const double p : probabilities) result.push_back(static_cast<float>(std::log(p)));
  return result;
}

std::vector<std::size_t> bytes(const std::vector<Position>& positions) {
  std::vector<std::size_t> result;
  for (const Position& position : positions) result.push_back(position.at);
  return result;
}

const std::vector<text::Token> kTokens = {{1, 0, 3}, {2, 3, 5}, {3, 5, 6}, {4, 6, 9}};
constexpr std::string_view kText = "abcdefghi";

TEST(ChoosePositions, KeepsTheMostProbableInOrderOfTheText) {
  const auto p = logs({0.2, 0.4, 0.1, 0.3, 0.9});  // the last one is the end of the text
  EXPECT_THAT(bytes(choose_positions(kText, kTokens, p, {0.0, 2})), ElementsAre(3, 6));
  const auto all = choose_positions(kText, kTokens, p, {0.0, 10});
  EXPECT_THAT(bytes(all), ElementsAre(0, 3, 5, 6));
  EXPECT_EQ(all[1].token, 1U);
  EXPECT_NEAR(all[1].p, 0.4, 1e-6);
}

TEST(ChoosePositions, WantsMoreThanTauNotAsMuch) {
  const std::vector<float> p = {std::log(0.5F), std::log(0.25F), 0, 0, 0};
  const double exactly = std::exp(static_cast<double>(p[1]));
  EXPECT_THAT(bytes(choose_positions(kText, kTokens, p, {exactly, 1})), ElementsAre(5));
  EXPECT_THAT(bytes(choose_positions("abcde", {kTokens.data(), 2}, p, {exactly, 9})),
              ElementsAre(0));
}

TEST(ChoosePositions, PrefersTheEarlierOfEqualPlaces) {
  const auto p = logs({0.1, 0.3, 0.3, 0.3, 0.3});
  EXPECT_THAT(bytes(choose_positions(kText, kTokens, p, {0.0, 2})), ElementsAre(3, 5));
}

TEST(ChoosePositions, LeavesOutWhereNothingIsKnown) {
  auto p = logs({0.5, 0.3, 0.3, 0.3, 0.3});
  p[0] = std::numeric_limits<float>::quiet_NaN();
  p[1] = -std::numeric_limits<float>::infinity();
  EXPECT_THAT(bytes(choose_positions(kText, kTokens, p, {0.0, 9})), ElementsAre(5, 6));
}

TEST(ChoosePositions, NeverSplitsACharacterNorChoosesAnEmptyToken) {
  const std::string text = "a\xC3\xA9z";  // a, é, z
  const std::vector<text::Token> tokens = {{9, 0, 0}, {1, 0, 1}, {2, 1, 2}, {3, 2, 3}, {4, 3, 4}};
  const auto p = logs({0.5, 0.5, 0.5, 0.5, 0.5, 0.5});
  const auto positions = choose_positions(text, tokens, p, {0.0, 9});
  EXPECT_THAT(bytes(positions), ElementsAre(0, 1, 3));
  EXPECT_EQ(positions[0].token, 1U);  // behind the dummy prefix
}

TEST(ChoosePositions, FindsNothingInAnEmptyText) {
  EXPECT_THAT(choose_positions("", {}, logs({0.9}), {0.0, 5}), IsEmpty());
}

}  // namespace
}  // namespace toolformer::annotate
