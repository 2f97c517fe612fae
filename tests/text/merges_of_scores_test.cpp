// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "toolformer/text/tokenizer_export.h"

namespace toolformer::text {
namespace {

TEST(MergesOfScores, ListsEverySplitByScoreThenByLength) {
  const std::vector<Piece> pieces = {{"a", -1},
                                     {"é", -1},
                                     {"aé", -3},
                                     {"éa", -4},
                                     {"aéa", -2},
                                     {"<s>", 0, PieceKind::kControl},
                                     {"aa", -9, PieceKind::kUserDefined}};
  std::vector<std::pair<TokenId, TokenId>> pairs;
  for (const Merge& merge : merges_of_scores(pieces)) pairs.emplace_back(merge.left, merge.right);
  const std::vector<std::pair<TokenId, TokenId>> expected = {{2, 0}, {0, 3}, {0, 1}, {1, 0}};
  EXPECT_EQ(pairs, expected);
}

}  // namespace
}  // namespace toolformer::text
