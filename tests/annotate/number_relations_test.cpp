// SPDX-License-Identifier: Apache-2.0
#include "toolformer/annotate/number_relations.h"

#include <gtest/gtest.h>

namespace toolformer::annotate {
namespace {

bool related(std::string_view text, std::size_t window = 100) {
  return has_related_numbers(find_numbers(text), window);
}

TEST(FindNumbers, ReadsSeparatorsAndDecimals) {
  const auto numbers = find_numbers("In 1,250,000 of 3.50 (or 12,34) cases, 7.");
  ASSERT_EQ(numbers.size(), 5U);
  EXPECT_EQ(numbers[0].value, 1250000);
  EXPECT_EQ(numbers[0].word, 1U);
  EXPECT_EQ(numbers[1].value, 3.5);
  EXPECT_EQ(numbers[1].decimals, 2);
  EXPECT_EQ(numbers[1].word, 3U);
  EXPECT_EQ(numbers[2].value, 12);  // two digits behind a comma are no group
  EXPECT_EQ(numbers[3].value, 34);
  EXPECT_EQ(numbers[4].value, 7);
  EXPECT_EQ(numbers[4].decimals, 0);
}

TEST(FindNumbers, SurvivesALineOfDigits) {
  EXPECT_EQ(find_numbers(std::string(100000, '9')).size(), 1U);
}

TEST(HasRelatedNumbers, KnowsTheFourOperationsInAnyOrder) {
  EXPECT_TRUE(related("340 and 85 make 425"));
  EXPECT_TRUE(related("425 less 85 leaves 340"));
  EXPECT_TRUE(related("6 at 4 cost 24"));
  EXPECT_TRUE(related("24 over 6 is 4"));
  EXPECT_FALSE(related("10 and 20 and 44"));
  EXPECT_FALSE(related("10 and 20"));
}

TEST(HasRelatedNumbers, ComparesAtTheResultsOwnPrecision) {
  EXPECT_TRUE(related("735 of 499 is 1.47"));  // 1.47295
  EXPECT_FALSE(related("735 of 499 is 1.48"));
  EXPECT_FALSE(related("700 of 9 is 77"));  // an integer must be exact
}

TEST(HasRelatedNumbers, LooksOnlyWithinTheWindow) {
  EXPECT_TRUE(related("2 b c 3 e 5", 6));
  EXPECT_FALSE(related("2 b c 3 e 5", 5));
}

TEST(AnnouncesResult, WantsANumberBehindTheSign) {
  EXPECT_TRUE(announces_result("so x = 5"));
  EXPECT_TRUE(announces_result("a total of $ 12"));
  EXPECT_TRUE(announces_result("a total of $12"));
  EXPECT_TRUE(announces_result("an average of €3"));
  EXPECT_TRUE(announces_result("x=y, equals 9"));
  EXPECT_FALSE(announces_result("the total of all things"));
  EXPECT_FALSE(announces_result("x ="));
}

}  // namespace
}  // namespace toolformer::annotate
