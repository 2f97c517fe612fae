// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/normalized_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace toolformer::text {
namespace {

using testing::ElementsAre;

TEST(NormalizedText, ReplacesWithLongerAndShorterText) {
  NormalizedText text{"ab-ab", {}};
  text.replace("ab", "xyz");
  EXPECT_EQ(text.text, "xyz-xyz");
  // All of xyz stands for the b, the last character of what was replaced.
  EXPECT_THAT(text.source, ElementsAre(1, 1, 1, 2, 4, 4, 4, 5));
  text.replace("xyz", "");
  EXPECT_EQ(text.text, "-");
  EXPECT_THAT(text.source, ElementsAre(2, 5));
  NormalizedText same{"ab", {}};
  same.replace("c", "d");
  EXPECT_TRUE(same.source.empty());
}

TEST(NormalizedText, PrependsInFrontOfItsSource) {
  NormalizedText text{"ab", {}};
  text.prepend("__");
  EXPECT_EQ(text.text, "__ab");
  EXPECT_THAT(text.source, ElementsAre(0, 0, 0, 1, 2));
}

TEST(NormalizedText, PartsKeepTheWayBack) {
  NormalizedText text{"a bc", {}};
  text.replace(" ", "▁");
  const NormalizedText part = text.part(4, 6, 10);
  EXPECT_EQ(part.text, "bc");
  EXPECT_THAT(part.source, ElementsAre(12, 13, 14));
}

}  // namespace
}  // namespace toolformer::text
