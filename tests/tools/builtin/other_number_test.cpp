// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/builtin/other_number.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace toolformer::tools {
namespace {

std::set<std::string> drawn(const std::string& text, int times) {
  std::set<std::string> all;
  for (int i = 0; i < times; ++i) {
    const auto other = other_number(text, {0, {static_cast<std::uint64_t>(i)}});
    EXPECT_TRUE(other) << text;
    all.insert(other.value_or(""));
  }
  return all;
}

TEST(OtherNumber, IsOfLikeSizeAndNeverTheSame) {
  for (const std::string& other : drawn("360", 2000)) {
    EXPECT_GE(std::stoi(other), 180);
    EXPECT_LE(std::stoi(other), 540);
    EXPECT_NE(other, "360");
  }
  EXPECT_EQ(drawn("2", 2000), (std::set<std::string>{"0", "1", "3", "4", "5", "6", "7"}));
  EXPECT_EQ(drawn("0", 2000), (std::set<std::string>{"1", "2", "3", "4", "5"}));
}

TEST(OtherNumber, KeepsWhatStandsAroundIt) {
  EXPECT_EQ(drawn("-0.03 m", 2000),
            (std::set<std::string>{"-0.00 m", "-0.01 m", "-0.02 m", "-0.04 m", "-0.05 m", "-0.06 m",
                                   "-0.07 m", "-0.08 m"}));
  for (const std::string& other : drawn("in 1995.", 100)) {
    EXPECT_EQ(other.size(), 8U) << other;
    EXPECT_EQ(other.front(), 'i');
    EXPECT_EQ(other.back(), '.');
  }
}

TEST(OtherNumber, NeedsANumberThatIsNotTooLong) {
  const base::KeyedRandom draw(0, {});
  EXPECT_FALSE(other_number("none", draw));
  EXPECT_FALSE(other_number("1234567890123456", draw));
  EXPECT_TRUE(other_number("123456789012345", draw));
}

}  // namespace
}  // namespace toolformer::tools
