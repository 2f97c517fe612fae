// SPDX-License-Identifier: Apache-2.0
#include "toolformer/lm/sampling_options.h"

#include <gtest/gtest.h>

#include "fake/parse_options.h"
#include "fake/refusal.h"
#include "toolformer/base/error.h"

namespace toolformer::lm {
namespace {

std::string refusal(const std::string& arguments) {
  return fake::refusal<std::exception>([&] { fake::parse_options<SamplingOptions>(arguments); });
}

TEST(SamplingOptions, AreThreeFlags) {
  const auto options =
      fake::parse_options<SamplingOptions>("--temperature 0.5 --top-k 7 --top-p 0.9");
  EXPECT_EQ(options.temperature, 0.5);
  EXPECT_EQ(options.top_k, 7U);
  EXPECT_EQ(options.top_p, 0.9);
}

TEST(SamplingOptions, TheLimitsThemselvesAreAllowed) {
  EXPECT_EQ(refusal("--temperature 0 --top-p 1"), "accepted");
  EXPECT_EQ(refusal("--temperature 100"), "accepted");
}

TEST(SamplingOptions, TheMessageNamesTheFlagAndItsValue) {
  EXPECT_EQ(refusal("--temperature -1"), "--temperature must be between 0 and 100, got -1");
  EXPECT_EQ(refusal("--temperature 101"), "--temperature must be between 0 and 100, got 101");
  EXPECT_EQ(refusal("--temperature nan"), "--temperature: must be a finite number, got nan");
  EXPECT_EQ(refusal("--top-k -5"), "--top-k: must be a whole number of 0 or more, got -5");
  EXPECT_EQ(refusal("--top-p 0"), "--top-p must be above 0 and at most 1, got 0");
  EXPECT_EQ(refusal("--top-p 1.5"), "--top-p must be above 0 and at most 1, got 1.5");
}

}  // namespace
}  // namespace toolformer::lm
