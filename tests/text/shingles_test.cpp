// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/shingles.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace toolformer::text {
namespace {

TEST(Shingles, AreRunsOfWordsInAnyWriting) {
  EXPECT_EQ(shingles("one two three four", 3).size(), 2U);
  EXPECT_EQ(shingles("One, two: THREE four!", 3), shingles("one two three four", 3));
  EXPECT_NE(shingles("one two three", 3), shingles("one three two", 3));
  EXPECT_NE(shingles("ab c d", 3), shingles("a bc d", 3));
  EXPECT_TRUE(shingles("one two", 3).empty());
  EXPECT_TRUE(shingles("", 3).empty());
}

TEST(Shingles, AreDistinctAndRise) {
  const auto found = shingles("a b a b a b", 2);  // "a b" and "b a"
  EXPECT_EQ(found.size(), 2U);
  EXPECT_TRUE(std::is_sorted(found.begin(), found.end()));
}

}  // namespace
}  // namespace toolformer::text
