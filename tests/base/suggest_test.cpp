// SPDX-License-Identifier: Apache-2.0
#include "toolformer/base/suggest.h"

#include <gtest/gtest.h>

namespace toolformer::base {
namespace {

TEST(EditDistance, CountsEdits) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("abc", ""), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("gmama", "gamma"), 1U) << "two neighbours swapped";
  EXPECT_EQ(edit_distance("Calculator", "calculator"), 0U);
}

TEST(NearestName, FindsTypos) {
  const std::vector<std::string> known = {"gamma", "window", "keep-top", "max-failed-fraction"};
  EXPECT_EQ(nearest_name("gama", known), "gamma");
  EXPECT_EQ(nearest_name("max-failed-fractoin", known), "max-failed-fraction");
  EXPECT_EQ(nearest_name("zebra-crossing", known), std::nullopt);
  EXPECT_EQ(nearest_name("", known), std::nullopt);
  EXPECT_EQ(nearest_name("x", {}), std::nullopt);
  EXPECT_EQ(nearest_name("qq", {"k", "m"}), std::nullopt) << "nothing in common";
}

}  // namespace
}  // namespace toolformer::base
