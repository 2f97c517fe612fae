// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/compared_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace toolformer::eval {
namespace {

using testing::ElementsAre;

TEST(ComparedWords, AreThoseOfSquad) {
  EXPECT_THAT(compared_words("The U.S.A., an “Élan”\tof ﬁre"),
              ElementsAre("usa", "élan", "of", "fire"));
  EXPECT_TRUE(contains_words("He was born in New  York, they say", "new york"));
  EXPECT_FALSE(contains_words("born in York, New", "New York"));
  EXPECT_FALSE(contains_words("1972", "197"));
  EXPECT_FALSE(contains_words("anything", ""));
  EXPECT_FALSE(contains_words("anything", " \n"));
  EXPECT_TRUE(equals_words("The Nile.", "nile"));
  EXPECT_FALSE(equals_words("the long Nile", "Nile"));
}

TEST(ComparedWords, ArticlesAloneAreWhatStandsThere) {
  for (const char* gold : {"A", "An", "The", "the", "The The", "A, A"}) {
    EXPECT_TRUE(equals_words(gold, gold)) << gold;
    EXPECT_TRUE(contains_words(gold, gold)) << gold;
    EXPECT_FALSE(equals_words("B", gold)) << gold;
    EXPECT_FALSE(contains_words("B", gold)) << gold;
    EXPECT_FALSE(contains_words("", gold)) << gold;
  }
  EXPECT_TRUE(equals_words("(A).", "A"));
  EXPECT_TRUE(equals_words("the the", "The The"));
  EXPECT_FALSE(equals_words("The", "The The"));
  for (const char* answer :
       {"A.", "(A) is right", "The answer is A", "a", "got an A in maths", "It is A, I think"}) {
    EXPECT_TRUE(contains_words(answer, "A")) << answer;
  }
  for (const char* answer : {"A dog", "It is a dog", "B, a vitamin", "it was a"}) {
    EXPECT_FALSE(contains_words(answer, "A")) << answer;
  }
  EXPECT_TRUE(contains_words("The The are a band", "The The"));
  EXPECT_FALSE(contains_words("the band of the year", "The The"));
}

TEST(ComparedWords, SignsAloneAreWhatStandsThere) {
  for (const char* gold : {"+", "?", "/", "+/-", "%", "😀", "€"}) {
    EXPECT_TRUE(equals_words(gold, gold)) << gold;
    EXPECT_TRUE(contains_words(gold, gold)) << gold;
    EXPECT_FALSE(contains_words("none", gold)) << gold;
    EXPECT_FALSE(equals_words("=", gold)) << gold;
  }
  EXPECT_TRUE(equals_words("\"+\".", "+"));
  EXPECT_TRUE(contains_words("use the + sign", "+"));
  EXPECT_FALSE(contains_words("C++", "+"));
  EXPECT_FALSE(contains_words("why?", "?"));
}

TEST(ComparedWords, ATextStandsThereWithItsArticlesAndPunctuation) {
  EXPECT_TRUE(has_words("it is 3 + 4 I think", "3 + 4"));
  EXPECT_FALSE(has_words("it is 3 - 4 I think", "3 + 4"));
  EXPECT_FALSE(has_words("anything", ""));
}

}  // namespace
}  // namespace toolformer::eval
