// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/special_tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "toolformer/base/error.h"

namespace toolformer::text {
namespace {

using testing::ElementsAre;

TEST(CompleteEos, KeepsTheModelsOwnFirstAndAddsKnownNames) {
  TokenizerSpec spec;
  spec.pieces = {{"<|endoftext|>", 0, PieceKind::kControl},
                 {"a"},
                 {"<|im_end|>", 0, PieceKind::kControl},
                 {"</s>"}};  // an ordinary piece of that name is text
  spec.eos = {2, 2};
  complete_eos(spec);
  EXPECT_THAT(spec.eos, ElementsAre(2, 0));
}

TEST(MergeSpaceRuns, PutsShorterRunsFirst) {
  TokenizerSpec spec;
  spec.algorithm = TokenizerSpec::Algorithm::kSentencePieceBpe;
  spec.pieces = {{"▁▁▁", -9, PieceKind::kUserDefined},
                 {"▁▁", -9, PieceKind::kUserDefined},
                 {"▁", -5},
                 {"▁a", 3},
                 {"<b>", -9, PieceKind::kUserDefined}};
  merge_space_runs(spec);
  EXPECT_EQ(spec.pieces[0].kind, PieceKind::kNormal);
  EXPECT_GT(spec.pieces[1].score, spec.pieces[0].score);
  EXPECT_GT(spec.pieces[0].score, 3);
  EXPECT_EQ(spec.pieces[4].kind, PieceKind::kUserDefined);
}

TEST(ParseMerges, NamesPairsThatAreNone) {
  const std::vector<Piece> pieces = {{"a"}, {"b"}, {"ab"}};
  EXPECT_EQ(parse_merges(pieces, {{"a", "b"}}, "here")[0].result, 2);
  EXPECT_THROW(parse_merges(pieces, {{"b", "a"}}, "here"), base::DataError);
  EXPECT_THROW(parse_merges(pieces, {{"c", "a"}}, "here"), base::DataError);
}

}  // namespace
}  // namespace toolformer::text
