// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/corpus/packing.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <stdexcept>

namespace toolformer::finetune {
namespace {

using testing::ElementsAre;

TEST(FirstFitDecreasing, ByHand) {
  const std::vector<std::size_t> lengths{3, 7, 5, 2, 4, 6};
  const auto packs = first_fit_decreasing(lengths, 10);
  ASSERT_EQ(packs.size(), 3U);
  EXPECT_THAT(packs[0].members, ElementsAre(1, 0));  // 7 + 3
  EXPECT_THAT(packs[1].members, ElementsAre(5, 4));  // 6 + 4
  EXPECT_THAT(packs[2].members, ElementsAre(2, 3));  // 5 + 2
  EXPECT_EQ(packs[2].tokens, 7U);
}

TEST(FirstFitDecreasing, TiesKeepTheOrder) {
  const std::vector<std::size_t> lengths{2, 2, 2};
  const auto packs = first_fit_decreasing(lengths, 4);
  EXPECT_THAT(packs[0].members, ElementsAre(0, 1));
  EXPECT_THAT(packs[1].members, ElementsAre(2));
}

TEST(FirstFitDecreasing, NothingIsNoPack) {
  EXPECT_TRUE(first_fit_decreasing(std::vector<std::size_t>{}, 4).empty());
}

TEST(FirstFitDecreasing, TooLongIsAnError) {
  EXPECT_THROW(first_fit_decreasing(std::vector<std::size_t>{5}, 4), std::invalid_argument);
}

// Against the definition: each length, longest first, goes to the first pack with room.
TEST(FirstFitDecreasing, EqualsTheSlowDefinition) {
  std::uint32_t state = 1;
  std::vector<std::size_t> lengths;
  for (int i = 0; i < 500; ++i) {
    state = state * 1664525 + 1013904223;
    lengths.push_back(1 + state % 97);
  }
  std::vector<std::size_t> order(lengths);
  std::stable_sort(order.rbegin(), order.rend());
  std::vector<std::size_t> sums;
  for (const std::size_t length : order) {
    auto fits =
        std::find_if(sums.begin(), sums.end(), [&](auto sum) { return sum + length <= 128; });
    if (fits == sums.end()) fits = sums.insert(sums.end(), 0);
    *fits += length;
  }
  const auto packs = first_fit_decreasing(lengths, 128);
  ASSERT_EQ(packs.size(), sums.size());
  std::vector<bool> seen(lengths.size());
  for (std::size_t i = 0; i < packs.size(); ++i) {
    EXPECT_EQ(packs[i].tokens, sums[i]);
    for (const std::size_t member : packs[i].members) {
      EXPECT_FALSE(seen[member]);
      seen[member] = true;
    }
  }
  EXPECT_EQ(std::count(seen.begin(), seen.end(), true), 500);
}

}  // namespace
}  // namespace toolformer::finetune
