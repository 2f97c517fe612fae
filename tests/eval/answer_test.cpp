// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/refusal.h"
#include "toolformer/base/error.h"

namespace toolformer::eval {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string taken(Take take, std::string_view output, std::size_t words = 0) {
  return extract({.name = "r", .take = take, .words = words}, output);
}

TEST(Answer, ReadsNumbersAsPeopleWriteThem) {
  const auto number = [](std::string_view text) { return taken(Take::kFirstNumber, text); };
  EXPECT_EQ(number("It costs $1,234.50 now"), "1234.50");
  EXPECT_EQ(number("is -5 degrees"), "-5");
  EXPECT_EQ(number("is -$5"), "-5");
  EXPECT_EQ(number("from 3-5 apples"), "3");
  EXPECT_EQ(number("A-5 is a road"), "5");
  EXPECT_EQ(number("12,34 or 1,2345"), "12");
  EXPECT_EQ(number("1234,567"), "1234");
  EXPECT_EQ(number("is .75"), "0.75");
  EXPECT_EQ(number("ends with 7."), "7");
  EXPECT_EQ(number("none"), "");
}

TEST(Answer, TakesTheNumberBehindTheFirstEqualsSign) {
  EXPECT_EQ(taken(Take::kEquationNumber, " 48/2 = 24 clips, 48+24 = 72"), "24");
  EXPECT_EQ(taken(Take::kEquationNumber, " 3 of 4"), "3");
  EXPECT_EQ(taken(Take::kEquationNumber, " 3 = none"), "");
  EXPECT_EQ(taken(Take::kLastNumber, " 48/2 = 24 clips, 48+24 = 72."), "72");
}

TEST(Answer, TakesWordsAndLines) {
  EXPECT_EQ(taken(Take::kFirstWords, "  one two\nthree four", 3), "one two\nthree");
  EXPECT_EQ(taken(Take::kFirstWords, "one", 5), "one");
  EXPECT_EQ(taken(Take::kFirstWords, " \n", 5), "");
  EXPECT_EQ(taken(Take::kFirstLine, "\n Paris \nLondon"), "Paris");
  EXPECT_EQ(taken(Take::kWhole, " all of it\n"), "all of it");
}

TEST(Answer, LooksBehindAMark) {
  const AnswerRule rule = {.name = "r", .take = Take::kFirstNumber, .after = "####"};
  EXPECT_EQ(extract(rule, "5 #### 6 #### 7"), "7");
  EXPECT_EQ(extract(rule, "5"), "");
}

TEST(Answer, ComparesWordsAsSquadDoes) {
  EXPECT_THAT(compared_words("The U.S.A., an “Élan”\tof ﬁre"),
              ElementsAre("usa", "élan", "of", "fire"));
  const AnswerRule contains = {.name = "r", .compare = Compare::kContains};
  EXPECT_TRUE(is_right(contains, "He was born in New  York, they say", {"Boston", "new york"}));
  EXPECT_FALSE(is_right(contains, "born in York, New", {"New York"}));
  EXPECT_FALSE(is_right(contains, "1972", {"197"}));
  EXPECT_FALSE(is_right(contains, "anything", {"the", ""}));
  const AnswerRule equals = {.name = "r", .compare = Compare::kEquals};
  EXPECT_TRUE(is_right(equals, "The Nile.", {"nile"}));
  EXPECT_FALSE(is_right(equals, "the long Nile", {"Nile"}));
}

TEST(Answer, ComparesNumbersExactlyWithinTheTolerance) {
  const AnswerRule exact = {.name = "r", .compare = Compare::kNumber};
  EXPECT_TRUE(is_right(exact, "1", {"1.0"}));
  EXPECT_TRUE(is_right(exact, "1000", {"1,000"}));
  EXPECT_TRUE(is_right(exact, "9", {"9 (apples)"}));
  EXPECT_FALSE(is_right(exact, "0.33", {"0.333"}));
  EXPECT_FALSE(is_right(exact, "", {"0"}));
  const AnswerRule near = {.name = "r", .compare = Compare::kNumber, .tolerance = 0.005};
  EXPECT_TRUE(is_right(near, "0.33", {"0.3333333"}));
  EXPECT_FALSE(is_right(near, "0.34", {"0.3333333"}));
}

TEST(Answer, UnknownNamesAreToldWhatThereIs) {
  EXPECT_EQ(parse_take("last-number"), Take::kLastNumber);
  EXPECT_EQ(parse_compare("equals"), Compare::kEquals);
  EXPECT_THAT(fake::refusal<base::UsageError>([] { parse_take("first"); }),
              HasSubstr("first-words"));
}

}  // namespace
}  // namespace toolformer::eval
