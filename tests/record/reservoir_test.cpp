// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/reservoir.h"

#include <gtest/gtest.h>

namespace toolformer::record {
namespace {

TEST(Reservoir, KeepsAllOfFewAndAnyOfMany) {
  Reservoir<int> few(4, 1);
  for (int i = 0; i < 3; ++i) few.offer(i);
  EXPECT_EQ(few.items(), (std::vector<int>{0, 1, 2}));
  std::vector<int> chosen(20);
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Reservoir<int> many(4, seed);
    for (int i = 0; i < 20; ++i) many.offer(i);
    EXPECT_EQ(many.offered(), 20U);
    EXPECT_EQ(many.items().size(), 4U);
    for (const int item : many.items()) ++chosen[static_cast<std::size_t>(item)];
  }
  // Each is expected 400 times, with a standard deviation of 18.
  for (const int count : chosen) EXPECT_NEAR(count, 400, 90);
}

}  // namespace
}  // namespace toolformer::record
