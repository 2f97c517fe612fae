// SPDX-License-Identifier: Apache-2.0
#include "toolformer/calls/encode_call.h"

#include <gmock/gmock.h>

#include "fake/byte_tokenizer.h"
#include "fake/table_language_model.h"
#include "finetune/pair_tokenizer.h"

namespace toolformer::calls {
namespace {

using finetune::PairTokenizer;
using Pieces = std::vector<std::string>;

const CallMarkers kTokenForm{MarkerForm::kToken, kTokenMarkers, PairTokenizer::kOpen,
                             PairTokenizer::kClose, PairTokenizer::kArrow};

std::string text_of(const text::Tokenizer& tokenizer, const LabelledTokens& tokens,
                    TokenRole role) {
  std::vector<text::TokenId> ids;
  for (std::size_t i = 0; i < tokens.ids.size(); ++i) {
    if (tokens.roles[i] == role) ids.push_back(tokens.ids[i]);
  }
  return tokenizer.decode(ids);
}

Pieces pieces_with(const std::string& result) {
  const fake::TableTokenizer tokenizer(
      {" [", "Calculator", "(", "1+2", ")]", ")", " ->", " ", " 3", "3", "]", ".]"});
  Pieces shown;
  for (const auto id : encode_call(tokenizer, {}, {"Calculator", "1+2", result}).ids)
    shown.push_back(tokenizer.decode({&id, 1}));
  return shown;
}

TEST(EncodeCall, TextFormSpellsTheCallAndLabelsTheResult) {
  const fake::ByteTokenizer tokenizer;
  const auto tokens = encode_call(tokenizer, {}, {"Calculator", "48 / 320", "0.15"});
  EXPECT_EQ(tokenizer.decode(tokens.ids), " [Calculator(48 / 320) -> 0.15]");
  EXPECT_EQ(text_of(tokenizer, tokens, TokenRole::kCall), " [Calculator(48 / 320) ->]");
  EXPECT_EQ(text_of(tokenizer, tokens, TokenRole::kResult), " 0.15");
}

TEST(EncodeCall, TheArrowsSpaceGoesWithTheResult) {
  // " 3" is one token although " " is one too: no seam between the space and the result.
  EXPECT_EQ(pieces_with("3"), (Pieces{" [", "Calculator", "(", "1+2", ")", " ->", " 3", "]"}));
}

TEST(EncodeCall, TheCloseMarkerGoesWithTheResult) {
  EXPECT_EQ(pieces_with("3."), (Pieces{" [", "Calculator", "(", "1+2", ")", " ->", " 3", ".]"}));
}

TEST(EncodeCall, AnEmptyResultLeavesArrowAndCloseMarker) {
  EXPECT_EQ(pieces_with(""), (Pieces{" [", "Calculator", "(", "1+2", ")", " ->", " ", "]"}));
}

// What closes the call is one token with the result's last byte here: it then counts as call, not
// as result.
TEST(EncodeCall, ATokenAcrossTheCloseMarkerIsCall) {
  const PairTokenizer tokenizer;
  const auto tokens = encode_call(tokenizer, {}, {"Calculator", "1", "15"});
  EXPECT_EQ(tokenizer.decode(tokens.ids), " [Calculator(1) -> 15]");
  EXPECT_EQ(text_of(tokenizer, tokens, TokenRole::kResult), " 1");
  EXPECT_EQ(tokens.ids.back(), PairTokenizer::pair("5]"));
  EXPECT_EQ(tokens.roles.back(), TokenRole::kCall);
}

TEST(EncodeCall, TokenFormUsesTheControlTokens) {
  const PairTokenizer tokenizer;
  const auto tokens = encode_call(tokenizer, kTokenForm, {"Calculator", "1+1", "2"});
  ASSERT_EQ(tokens.ids.front(), PairTokenizer::kOpen);
  EXPECT_EQ(tokens.ids.back(), PairTokenizer::kClose);
  EXPECT_THAT(tokens.ids, testing::Contains(PairTokenizer::kArrow).Times(1));
  EXPECT_EQ(text_of(tokenizer, tokens, TokenRole::kCall), "Calculator(1+1)");
  EXPECT_EQ(text_of(tokenizer, tokens, TokenRole::kResult), "2");
}

// A result that spells the markers stays text: the ids of the markers appear once each.
TEST(EncodeCall, MarkersInsideAResultAreText) {
  const PairTokenizer tokenizer;
  const auto tokens = encode_call(tokenizer, kTokenForm, {"T", "a", "x</API><API>"});
  EXPECT_THAT(tokens.ids, testing::Contains(PairTokenizer::kOpen).Times(1));
  EXPECT_THAT(tokens.ids, testing::Contains(PairTokenizer::kClose).Times(1));
}

TEST(EncodeCall, DecodesToThePrintedCall) {
  const fake::TableTokenizer tokenizer(fake::call_pieces());
  for (const char* input : {"1 + 2", "f(x", ")]", " -> ]", "", "  ", "\\)"}) {
    for (const char* result : {"", "3", "]", " a ] b ", "-> ", " "}) {
      EXPECT_EQ(tokenizer.decode(encode_call(tokenizer, {}, {"QA", input, result}).ids),
                print_call({}, {"QA", input, result}));
    }
  }
}

TEST(EncodeResult, WritesWhatIsOwedOfTheArrowFirst) {
  const PairTokenizer tokenizer;
  const LabelledTokens tokens = encode_result(tokenizer, {}, "20", ">");
  EXPECT_EQ(tokenizer.decode(tokens.ids), "> 20]");
  EXPECT_EQ(text_of(tokenizer, tokens, TokenRole::kResult), "20");
  EXPECT_EQ(tokenizer.decode(encode_result(tokenizer, kTokenForm, "2", "").ids), "2");
}

}  // namespace
}  // namespace toolformer::calls
