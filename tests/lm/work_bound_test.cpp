// SPDX-License-Identifier: Apache-2.0
#include "toolformer/lm/work_bound.h"

#include <gtest/gtest.h>

namespace toolformer::lm {
namespace {

TEST(WorkBound, CountsCommonBeginningsOfAPlaceOnce) {
  WorkBound bound;
  const std::vector<text::TokenId> a = {1, 2, 3}, b = {1, 2, 4, 5};
  bound.add(7, a);
  EXPECT_EQ(bound.tokens(), 3U);
  bound.add(7, b);
  bound.add(7, a);
  bound.add(7, std::span(b).first(3));
  bound.add(7, {});
  EXPECT_EQ(bound.tokens(), 5U);
  bound.add(8, a);
  EXPECT_EQ(bound.tokens(), 8U);
}

}  // namespace
}  // namespace toolformer::lm
