// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/engine/kv_segment.h"

#include <gtest/gtest.h>

namespace toolformer::model {
namespace {

std::shared_ptr<KvSegment> make_segment(lm::Prefix parent, std::vector<lm::TokenId> ids) {
  auto segment = std::make_shared<KvSegment>();
  segment->parent = std::move(parent);
  segment->hidden = torch::arange(static_cast<double>(ids.size())).unsqueeze(1) + 100.0 * ids[0];
  segment->ids = std::move(ids);
  return segment;
}

/// Tokens 1 2 3 4, behind the first three of them 5 6.
class KvSegments : public testing::Test {
 protected:
  std::shared_ptr<KvSegment> first_ = make_segment({}, {1, 2, 3, 4});
  std::shared_ptr<KvSegment> second_ = make_segment({first_, 3}, {5, 6});
};

TEST_F(KvSegments, SlicesOfAWholeChain) {
  EXPECT_EQ(second_->size(), 5U);
  const auto segments = kv_slices({second_, 5});
  ASSERT_EQ(segments.size(), 2U);
  EXPECT_EQ(segments[0].segment, first_.get());
  EXPECT_EQ(segments[0].begin, 0);
  EXPECT_EQ(segments[0].length, 3);
  EXPECT_EQ(segments[1].segment, second_.get());
  EXPECT_EQ(segments[1].begin, 3);
  EXPECT_EQ(segments[1].length, 2);
}

TEST_F(KvSegments, APrefixMayEndInsideAnyOfThem) {
  EXPECT_EQ(kv_slices({second_, 4}).back().length, 1);
  const auto inside_first = kv_slices({second_, 2});
  ASSERT_EQ(inside_first.size(), 1U);
  EXPECT_EQ(inside_first[0].length, 2);
  EXPECT_TRUE(kv_slices({}).empty());
  EXPECT_EQ(last_hidden({second_, 4})[0].item<float>(), 500);
  EXPECT_EQ(last_hidden({second_, 3})[0].item<float>(), 102);
}

TEST_F(KvSegments, HasItsOwnTokensCachedOnly) {
  const std::vector<lm::TokenId> tokens = {5, 6, 7}, others = {5, 9};
  EXPECT_EQ(cached_tokens({second_, 3}, tokens), 2U);
  EXPECT_EQ(cached_tokens({second_, 4}, std::span(tokens).subspan(1)), 1U);
  EXPECT_EQ(cached_tokens({second_, 3}, others), 1U);
  EXPECT_EQ(cached_tokens({second_, 5}, tokens), 0U);
  EXPECT_EQ(cached_tokens({second_, 2}, std::vector<lm::TokenId>{3}), 0U);
  EXPECT_EQ(cached_tokens({}, tokens), 0U);
}

}  // namespace
}  // namespace toolformer::model
