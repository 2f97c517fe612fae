// SPDX-License-Identifier: Apache-2.0
#include "toolformer/annotate/late_facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace toolformer::annotate {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(LateFacts, AreNamesAndNumbersBehindTheFirstSentence) {
  const LateFacts found = late_facts(
      "Basalt is a rock of Iceland. It was named by Agricola in 1546, 12 years later. Basalt of "
      "1546.");
  EXPECT_EQ(found.topic, "Basalt is a rock of Iceland.");
  EXPECT_THAT(found.facts, ElementsAre("Agricola", "1546"));
}

TEST(LateFacts, AnAnswerIsOne) {
  const LateFacts found = late_facts("Where did Bashar al Assad study? University of Damascus.");
  EXPECT_EQ(found.topic, "Where did Bashar al Assad study?");
  EXPECT_THAT(found.facts, ElementsAre("University", "Damascus"));
}

TEST(LateFacts, StandInAPassageAsWords) {
  EXPECT_TRUE(states_fact("Damascus > the University, 1546", {"Agricola", "1546"}));
  EXPECT_TRUE(states_fact("Marian and Maria", {"Maria"}));
  EXPECT_FALSE(states_fact("Mariana in 15460", {"Maria", "1546"}));
  EXPECT_FALSE(states_fact("", {"Maria"}));
  EXPECT_FALSE(states_fact("Maria", {}));
}

TEST(LateFacts, OneSentenceHasNone) {
  EXPECT_THAT(late_facts("Agricola named Basalt in 1546.").facts, IsEmpty());
  EXPECT_THAT(late_facts("J. R. Smith was born in 1.5 places.").facts, IsEmpty());
  EXPECT_THAT(late_facts("").facts, IsEmpty());
}

}  // namespace
}  // namespace toolformer::annotate
