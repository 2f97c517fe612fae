// SPDX-License-Identifier: Apache-2.0
// Declared in gguf_tokenizer_writer.h.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/refusal.h"
#include "text/tokenizer_cases.h"
#include "toolformer/base/error.h"
#include "toolformer/text/gguf_tokenizer_writer.h"
#include "toolformer/text/tokenizer_spec.h"

namespace toolformer::text {
namespace {

/// "ab" is made first, then " ab".
TokenizerSpec small() {
  TokenizerSpec spec;
  spec.algorithm = TokenizerSpec::Algorithm::kCharacterBpe;
  for (const char* text : {"<unk>", "a", "b", "\u2581", "ab", "\u2581ab"})
    spec.pieces.push_back({text, 0, PieceKind::kNormal});
  spec.unknown = 0;
  spec.merges = {{1, 2, 4}, {3, 4, 5}};
  return spec;
}

TEST(AsSentencePiece, ScoresFallWithTheRankOfTheMerge) {
  const TokenizerSpec result = as_sentencepiece(small());
  EXPECT_EQ(result.algorithm, TokenizerSpec::Algorithm::kSentencePieceBpe);
  EXPECT_EQ(result.pieces[4].score, -1);
  EXPECT_EQ(result.pieces[5].score, -2);
  EXPECT_EQ(result.pieces[1].score, 0);
  EXPECT_EQ(result.pieces[0].kind, PieceKind::kUnknown);
  EXPECT_TRUE(result.merges.empty());
}

TEST(AsSentencePiece, TheUnknownPieceIsFoundByItsNameWhereBytesAreAllThere) {
  TokenizerSpec spec = small();
  spec.unknown.reset();
  spec.byte_fallback = true;
  EXPECT_EQ(as_sentencepiece(spec).unknown, 0);
}

TEST(AsSentencePiece, SpacesBecomeTheirSymbolAndRunsOfThemPiecesOfText) {
  TokenizerSpec spec = small();
  spec.pieces.push_back({"a b", 0, PieceKind::kUserDefined});
  EXPECT_EQ(as_sentencepiece(spec).pieces.back().text, "a\u2581b");
  EXPECT_EQ(as_sentencepiece(spec).pieces.back().kind, PieceKind::kUserDefined);
  spec.pieces.back() = {"  ", 0, PieceKind::kUserDefined};
  spec.merges.push_back({3, 3, 6});  // which only a merge makes
  EXPECT_EQ(as_sentencepiece(spec).pieces.back().kind, PieceKind::kNormal);
}

TEST(AsSentencePiece, WhatIsSentencePieceStaysAsItIs) {
  TokenizerSpec spec = small();
  spec.algorithm = TokenizerSpec::Algorithm::kSentencePieceUnigram;
  EXPECT_EQ(as_sentencepiece(spec).merges.size(), 2U);
}

TEST(AsSentencePiece, RefusesMergesThatNoScoresAmountTo) {
  const TokenizerSpec good = *load_tokenizer(fixture("llama2_json"))->spec();
  TokenizerSpec spec = good;
  spec.merges.pop_back();
  EXPECT_THAT(fake::refusal<base::DataError>([&] { as_sentencepiece(spec); }),
              testing::HasSubstr("two others"));
  spec = good;
  spec.merges.push_back(spec.merges.front());
  EXPECT_THAT(fake::refusal<base::DataError>([&] { as_sentencepiece(spec); }),
              testing::HasSubstr("again"));
  spec = good;
  spec.byte_fallback = false;
  EXPECT_THAT(fake::refusal<base::DataError>([&] { as_sentencepiece(spec); }),
              testing::HasSubstr("unknown"));
}

}  // namespace
}  // namespace toolformer::text
