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

TEST(Answer, IsANumberAsItIsWritten) {
  EXPECT_EQ(taken(Take::kFirstNumber, "It costs -$1,234.50 now, not 7"), "-1234.50");
  EXPECT_EQ(taken(Take::kFirstNumber, "from 3-5 apples"), "3-5");
  EXPECT_EQ(taken(Take::kFirstNumber, "ends with 7."), "7");
  EXPECT_EQ(taken(Take::kFirstNumber, "none"), "");
}

TEST(Answer, StandsBehindTheThoughts) {
  EXPECT_EQ(taken(Take::kFirstNumber, "<think>2 or 3?</think> 4"), "4");
  EXPECT_EQ(taken(Take::kFirstLine, "Perhaps Rome.\n</think>\n\nOslo\n"), "Oslo");
  EXPECT_EQ(taken(Take::kLastNumber, "<think>2 or 3"), "");
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

TEST(Answer, ComparesWords) {
  const AnswerRule contains = {.name = "r", .compare = Compare::kContains};
  EXPECT_TRUE(is_right(contains, "He was born in New  York, they say", {"Boston", "new york"}));
  EXPECT_FALSE(is_right(contains, "anything", {"the", ""}));
  const AnswerRule equals = {.name = "r", .compare = Compare::kEquals};
  EXPECT_TRUE(is_right(equals, "The Nile.", {"nile"}));
  EXPECT_FALSE(is_right(equals, "the long Nile", {"Nile"}));
}

TEST(Answer, BeginsWithTheGoldAnswer) {
  const AnswerRule begins = {.name = "r", .compare = Compare::kBegins};
  EXPECT_TRUE(is_right(begins, " Thursday, of course", {"Friday", "thursday"}));
  EXPECT_TRUE(is_right(begins, "the 3 days", {"3 days"}));
  EXPECT_FALSE(is_right(begins, "It is Thursday", {"Thursday"}));
  EXPECT_FALSE(is_right(begins, "30 days", {"3"}));
  EXPECT_FALSE(is_right(begins, "3", {"3 days"}));
  EXPECT_EQ(parse_compare("begins"), Compare::kBegins);
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

TEST(Answer, GoldThatIsNoNumberMustStandThere) {
  for (const Take take : {Take::kFirstNumber, Take::kEquationNumber, Take::kLastNumber}) {
    const AnswerRule rule = {.name = "r", .take = take, .compare = Compare::kNumber};
    EXPECT_TRUE(is_right(rule, "It is 12 - 5 , I think.", {"12 - 5"}));
    EXPECT_TRUE(is_right(rule, "12 - 5", {"12 - 5"}));
    EXPECT_FALSE(is_right(rule, "12", {"12 - 5"}));
    EXPECT_FALSE(is_right(rule, "7", {"12 - 5"}));
    EXPECT_TRUE(is_right(rule, "none", {"none"}));
    EXPECT_FALSE(is_right(rule, "some", {"none"}));
  }
}

TEST(Answer, UnknownNamesAreToldWhatThereIs) {
  EXPECT_EQ(parse_take("last-number"), Take::kLastNumber);
  EXPECT_EQ(parse_compare("equals"), Compare::kEquals);
  EXPECT_THAT(fake::refusal<base::UsageError>([] { parse_take("first"); }),
              HasSubstr("first-words"));
}

}  // namespace
}  // namespace toolformer::eval
