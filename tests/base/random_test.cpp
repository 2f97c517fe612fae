// SPDX-License-Identifier: Apache-2.0
#include "toolformer/base/random.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <set>

namespace toolformer::base {
namespace {

TEST(KeyedRandom, SameKeySameNumbers) {
  const KeyedRandom a(7, {"doc", std::uint64_t{3}}), b(7, {"doc", std::uint64_t{3}});
  for (std::uint64_t i = 0; i < 10; ++i) EXPECT_EQ(a.bits(i), b.bits(i));
  EXPECT_EQ(a.bits(5), b.bits(5)) << "any order";
}

TEST(KeyedRandom, PartsDoNotRunTogether) {
  std::set<std::uint64_t> firsts;
  firsts.insert(KeyedRandom(0, {"ab", "c"}).bits(0));
  firsts.insert(KeyedRandom(0, {"a", "bc"}).bits(0));
  firsts.insert(KeyedRandom(0, {"abc"}).bits(0));
  firsts.insert(KeyedRandom(0, {"abc", ""}).bits(0));
  firsts.insert(KeyedRandom(0, {}).bits(0));
  firsts.insert(KeyedRandom(1, {"abc"}).bits(0));
  firsts.insert(KeyedRandom(0, {"1"}).bits(0));
  firsts.insert(KeyedRandom(0, {std::uint64_t{1}}).bits(0));
  EXPECT_EQ(firsts.size(), 8U);
}

// The numbers are part of every result; a change of the encoding must not pass unseen.
TEST(KeyedRandom, NumbersStayWhatTheyAre) {
  // Computed in Python with hashlib and its own Philox.
  EXPECT_EQ(KeyedRandom(0, {"x"}).bits(0), 0xaf61f959cf8dd055ULL);
}

TEST(KeyedRandom, UniformFillsTheIntervalEvenly) {
  const KeyedRandom random(3, {"uniform"});
  std::array<int, 10> tenth{};
  constexpr int kDraws = 100000;
  double sum = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double u = random.uniform(static_cast<std::uint64_t>(i));
    ASSERT_GE(u, 0.0);
    ASSERT_LT(u, 1.0);
    sum += u;
    ++tenth.at(static_cast<std::size_t>(u * 10));
  }
  // Standard deviations: 0.29 / sqrt(n) = 0.0009 of the mean, 95 of a tenth's count; five of each.
  EXPECT_NEAR(sum / kDraws, 0.5, 0.0046);
  for (const int n : tenth) EXPECT_NEAR(n, kDraws / 10, 475);
}

}  // namespace
}  // namespace toolformer::base
