// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/vocabulary.h"

#include <gtest/gtest.h>

#include <set>

#include "toolformer/base/error.h"

namespace toolformer::text {
namespace {

TEST(ByteAlphabet, WritesEveryByteAsItsOwnPrintableCharacter) {
  EXPECT_EQ(byte_to_symbol('a'), "a");
  EXPECT_EQ(byte_to_symbol(' '), "\u0120");   // "Ġ"
  EXPECT_EQ(byte_to_symbol('\n'), "\u010A");  // "Ċ"
  EXPECT_EQ(byte_to_symbol(0xAD), "\u0143");  // the last that is moved
  std::set<std::string> symbols;
  for (int byte = 0; byte < 256; ++byte) {
    const std::string symbol = byte_to_symbol(static_cast<std::uint8_t>(byte));
    EXPECT_TRUE(symbols.insert(symbol).second);
    EXPECT_EQ(symbols_to_bytes(symbol), std::string(1, static_cast<char>(byte)));
  }
  EXPECT_EQ(symbols_to_bytes("a\u0120日"), "a 日");  // no symbol: stands for itself
}

TEST(BytePiece, HasExactlyOneForm) {
  EXPECT_EQ(parse_byte_piece("<0x0A>"), 10);
  EXPECT_EQ(parse_byte_piece("<0xFF>"), 255);
  for (const char* piece : {"<0x0a>", "<0x0A", "0x0A", "<0x0G>", "<0x0A>>", ""}) {
    EXPECT_EQ(parse_byte_piece(piece), std::nullopt) << piece;
  }
}

TokenizerSpec spec_of(TokenizerSpec::Algorithm algorithm, std::vector<Piece> pieces) {
  TokenizerSpec spec;
  spec.algorithm = algorithm;
  spec.pieces = std::move(pieces);
  return spec;
}

TEST(Vocabulary, DecodesByKind) {
  const Vocabulary vocabulary(
      spec_of(TokenizerSpec::Algorithm::kSentencePieceBpe, {{"<unk>", 0, PieceKind::kUnknown},
                                                            {"<s>", 0, PieceKind::kControl},
                                                            {"▁the", 0, PieceKind::kNormal},
                                                            {"<0xC3>", 0, PieceKind::kByte},
                                                            {"<0xA9>", 0, PieceKind::kByte},
                                                            {"<b>", 0, PieceKind::kUserDefined},
                                                            {"x", 0, PieceKind::kUnused}}),
      "here");
  EXPECT_EQ(vocabulary.decode(std::vector<TokenId>{1, 2, 3, 4, 5, 6}), " theé<b>");
  EXPECT_EQ(vocabulary.find("▁the"), 2);
  EXPECT_EQ(vocabulary.find("the"), std::nullopt);
  EXPECT_TRUE(vocabulary.is_control(1));
  EXPECT_TRUE(vocabulary.is_control(6));
  EXPECT_FALSE(vocabulary.is_control(5));
  EXPECT_THROW(vocabulary.decode(std::vector<TokenId>{7}), std::out_of_range);
  EXPECT_THROW(vocabulary.decode(std::vector<TokenId>{-1}), std::out_of_range);
}

TEST(Vocabulary, ByteLevelPiecesAreBytesAndUserDefinedOnesText) {
  const Vocabulary vocabulary(spec_of(TokenizerSpec::Algorithm::kByteLevelBpe,
                                      {{"\u0120\u00C3\u00A9", 0, PieceKind::kNormal},
                                       {"\u0120é", 0, PieceKind::kUserDefined}}),
                              "here");
  EXPECT_EQ(vocabulary.decode(std::vector<TokenId>{0}), " é");
  EXPECT_EQ(vocabulary.decode(std::vector<TokenId>{1}), "\u0120é");
}

TEST(Vocabulary, RefusesDuplicatesAndEmptiness) {
  const auto kind = TokenizerSpec::Algorithm::kByteLevelBpe;
  EXPECT_THROW(Vocabulary(spec_of(kind, {}), "here"), base::DataError);
  EXPECT_THROW(Vocabulary(spec_of(kind, {{"a"}, {"a"}}), "here"), base::DataError);
  EXPECT_THROW(Vocabulary(spec_of(kind, {{std::string(70000, 'a')}}), "here"), base::DataError);
  EXPECT_NO_THROW(Vocabulary(
      spec_of(kind, {{"", 0, PieceKind::kUnused}, {"", 0, PieceKind::kUnused}}), "here"));
}

}  // namespace
}  // namespace toolformer::text
