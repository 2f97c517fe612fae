// SPDX-License-Identifier: Apache-2.0
#include "toolformer/lm/work_bound.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <set>

#include "toolformer/base/random.h"

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

TEST(WorkBound, ALongerOneTakesThePlaceOfItsBeginning) {
  WorkBound bound;
  const std::vector<text::TokenId> all = {1, 2, 3, 4, 5};
  bound.add(0, std::span(all).first(2));
  bound.add(0, std::vector<text::TokenId>{1, 2, 3, 9});  // 1 2, 3 9 are new
  bound.add(0, all);                                     // 4 5
  bound.add(0, std::span(all).first(4));
  EXPECT_EQ(bound.tokens(), 6U);
}

/// Few ids, short sequences: beginnings in common everywhere, in any order of arrival.
TEST(WorkBound, CountsTheDistinctBeginningsOfRandomContinuations) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const base::KeyedRandom random(seed, {"work bound"});
    std::uint64_t drawn = 0;
    const auto below = [&](double n) { return static_cast<int>(random.uniform(drawn++) * n); };
    WorkBound bound;
    std::set<std::pair<std::size_t, std::vector<text::TokenId>>> beginnings;
    for (int i = 0; i < 30; ++i) {
      const auto place = static_cast<std::size_t>(below(2));
      std::vector<text::TokenId> tokens(static_cast<std::size_t>(below(6)));
      for (text::TokenId& id : tokens) id = below(3);
      bound.add(place, tokens);
      for (; !tokens.empty(); tokens.pop_back()) beginnings.emplace(place, tokens);
      ASSERT_EQ(bound.tokens(), beginnings.size()) << "seed " << seed << ", continuation " << i;
    }
  }
}

#ifdef __GLIBC__
std::size_t heap_bytes() {
  const struct mallinfo2 heap = mallinfo2();
  return heap.uordblks + heap.hblkhd;
}

/// The paper puts a call before the text: 100 calls in 2,000 tokens, each scored without its result
/// and with it, over all of the text up to its place.
TEST(WorkBound, TakesNoMoreMemoryThanTheTokens) {
  std::vector<text::TokenId> text(2000);
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<text::TokenId>(i % 97);
  const std::size_t before = heap_bytes();
  WorkBound bound;
  for (std::size_t call = 1; call <= 100; ++call) {
    for (const text::TokenId result : {1000, 1001}) {
      std::vector<text::TokenId> tokens = {static_cast<text::TokenId>(2000 + call), result};
      tokens.insert(tokens.end(), text.begin(),
                    text.begin() + static_cast<std::ptrdiff_t>(20 * call));
      bound.add(0, tokens);
    }
  }
  EXPECT_LT(heap_bytes() - before, 5'000'000U);
  // Of each call: its own token once, then twice a result and 20 * call tokens of text.
  EXPECT_EQ(bound.tokens(), 100U * (1 + 2) + 2 * 20 * (100 * 101 / 2));
}
#endif

}  // namespace
}  // namespace toolformer::lm
