// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/id_places.h"

#include <gtest/gtest.h>

#include <string>

namespace toolformer::record {
namespace {

TEST(IdPlaces, RemembersTheFirstPlaceOfMany) {
  IdPlaces places;
  constexpr std::uint64_t kCount = 100000;
  for (std::uint64_t i = 0; i < kCount; ++i) {
    ASSERT_FALSE(places.claim("id-" + std::to_string(i), {static_cast<std::uint32_t>(i % 7), i}));
  }
  EXPECT_EQ(places.size(), kCount);
  for (std::uint64_t i = 0; i < kCount; ++i) {
    const auto first = places.claim("id-" + std::to_string(i), {9, 9});
    ASSERT_TRUE(first);
    ASSERT_EQ(first->line, i);
    ASSERT_EQ(first->file, i % 7);
  }
}

}  // namespace
}  // namespace toolformer::record
