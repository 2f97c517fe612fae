// SPDX-License-Identifier: Apache-2.0
#include "toolformer/annotate/date_mentions.h"

#include <gtest/gtest.h>

namespace toolformer::annotate {
namespace {

TEST(DateMentions, AreDaysAndDatesAndYearsNearby) {
  for (const char* text : {"We meet on Tuesday.", "TODAY only", "until March 18, and",
                           "on 18 March", "Dec. 3rd", "in 2018", "(2016)"})
    EXPECT_TRUE(mentions_date(text, "2017-10-11", 3)) << text;
  for (const char* text : {"", "You may 100 times march on", "in March", "2011 was wet",
                           "20171 people", "the 18 of them", "sundays of old", "May I?"})
    EXPECT_FALSE(mentions_date(text, "2017-10-11", 3)) << text;
}

TEST(DateMentions, TheYearsAreASetting) {
  EXPECT_TRUE(mentions_date("in 2011", "2017-10-11", 6));
  EXPECT_FALSE(mentions_date("in 2011", "2017-10-11", 5));
  EXPECT_FALSE(mentions_date("in 2017", "soon", 5));
}

}  // namespace
}  // namespace toolformer::annotate
