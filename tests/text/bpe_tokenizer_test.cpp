// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/bpe_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "text/tokenizer_cases.h"
#include "toolformer/base/error.h"

namespace toolformer::text {
namespace {

using testing::ElementsAre;
using Algorithm = TokenizerSpec::Algorithm;

TokenizerSpec characters(std::vector<Piece> pieces) {
  TokenizerSpec spec;
  spec.algorithm = Algorithm::kCharacterBpe;
  spec.pieces = std::move(pieces);
  return spec;
}

std::vector<std::size_t> ends(const std::vector<Token>& tokens) {
  std::vector<std::size_t> out;
  for (const Token& token : tokens) out.push_back(token.end);
  return out;
}

TEST(BpeTokenizer, MergesCharactersAndFallsBackToBytes) {
  TokenizerSpec spec = characters(
      {{"a"}, {"é"}, {"aé"}, {"<0xC3>", 0, PieceKind::kByte}, {"<0xB6>", 0, PieceKind::kByte}});
  spec.byte_fallback = true;
  spec.merges = {{0, 1, 2}};
  const BpeTokenizer tokenizer(spec, "here");
  const auto tokens = tokenizer.encode("aéöa");
  EXPECT_THAT(ids_of(tokens), ElementsAre(2, 3, 4, 0));
  EXPECT_THAT(ends(tokens), ElementsAre(3, 4, 5, 6));
  EXPECT_EQ(tokenizer.decode(ids_of(tokens)), "aéöa");
}

TEST(BpeTokenizer, UnknownCharactersBecomeTheUnknownPieceOrGoToANeighbour) {
  TokenizerSpec spec = characters({{"a"}, {"<unk>", 0, PieceKind::kUnknown}, {"aa"}});
  spec.merges = {{0, 0, 2}};
  EXPECT_THAT(ids_of(BpeTokenizer(spec, "here").encode("xaxay")),
              ElementsAre(2));  // dropped, so the a's meet
  EXPECT_THAT(ends(BpeTokenizer(spec, "here").encode("xaxay")), ElementsAre(5));
  EXPECT_TRUE(BpeTokenizer(spec, "here").encode("xyz").empty());
  spec.unknown = 1;
  spec.unknown_in_text = true;
  EXPECT_THAT(ids_of(BpeTokenizer(spec, "here").encode("axya")), ElementsAre(0, 1, 1, 0));
  spec.fuse_unknown = true;
  EXPECT_THAT(ids_of(BpeTokenizer(spec, "here").encode("axya")), ElementsAre(0, 1, 0));
}

TEST(BpeTokenizer, ControlTokensNeverComeFromText) {
  TokenizerSpec spec = characters(
      {{"<"}, {"s"}, {">"}, {"<s>", 0, PieceKind::kControl}, {"s>", 0, PieceKind::kUserDefined}});
  spec.match_rules = {{.id = 4}};
  const BpeTokenizer tokenizer(spec, "here");
  EXPECT_THAT(tokenizer.ids("<s>"), ElementsAre(0, 4));
  EXPECT_EQ(tokenizer.decode(std::vector<TokenId>{3, 0, 4, 3}), "<s>");
}

TEST(BpeTokenizer, PiecesOutsideOfTheVocabularyAreOnlyMatched) {
  TokenizerSpec spec =
      characters({{"a"}, {"b"}, {"ab", 0, PieceKind::kUserDefined, /*outside=*/true}});
  spec.match_rules = {{.id = 2, .single_word = true}};
  spec.ignore_merges = true;
  const BpeTokenizer tokenizer(spec, "here");
  EXPECT_THAT(tokenizer.ids("ab"), ElementsAre(2));
  spec.pre_tokenizer = {{"type", "Digits"}};
  EXPECT_THAT(BpeTokenizer(spec, "here").ids("ab1"), ElementsAre(0, 1));  // the word ab, no match
}

TEST(BpeTokenizer, AddedTokensAreFoundBeforeTheMetaspace) {
  TokenizerSpec spec = characters({{"▁"}, {"a"}, {"▁a"}, {"<t>", 0, PieceKind::kUserDefined}});
  spec.merges = {{0, 1, 2}};
  spec.match_rules = {{.id = 3, .after_normalization = true}};
  spec.pre_tokenizer = {{"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", "first"}};
  const BpeTokenizer first(spec, "here");
  EXPECT_THAT(first.ids("a<t>a <t> a"), ElementsAre(2, 3, 1, 0, 3, 2));
  EXPECT_THAT(first.continuation_ids("a<t>a"), ElementsAre(1, 3, 1));
  spec.pre_tokenizer["prepend_scheme"] = "always";
  EXPECT_THAT(BpeTokenizer(spec, "here").ids("a<t>a"), ElementsAre(2, 3, 2));
}

TEST(BpeTokenizer, WholeWordsSkipTheMergesWhenTheModelSaysSo) {
  TokenizerSpec spec = characters({{"a"}, {"b"}, {"ab"}});
  EXPECT_THAT(BpeTokenizer(spec, "here").ids("ab"), ElementsAre(0, 1));
  spec.ignore_merges = true;
  EXPECT_THAT(BpeTokenizer(spec, "here").ids("ab"), ElementsAre(2));
}

TEST(BpeTokenizer, OffsetsLeadBackThroughNormalisation) {
  const auto tokenizer = load_tokenizer(fixture("qwen2"));
  const std::string text = "cafe\u0301 \u1100\u1161 e\u0301";
  const auto tokens = tokenizer->encode(text);
  expect_covers(*tokenizer, tokens, text);
  EXPECT_EQ(tokenizer->decode(ids_of(tokens)), "café \uac00 é");
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const std::string other = random_text(seed, 30);
    expect_covers(*tokenizer, tokenizer->encode(other), other);
  }
}

TEST(BpeTokenizer, RefusesIdsOutsideOfTheVocabulary) {
  TokenizerSpec spec = characters({{"a"}});
  spec.eos = {1};
  EXPECT_THROW(make_tokenizer(spec, "here"), base::DataError);
  spec.eos = {};
  spec.merges = {{0, 0, 1}};
  EXPECT_THROW(make_tokenizer(spec, "here"), base::DataError);
}

}  // namespace
}  // namespace toolformer::text
