// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/corpus/call_tokens.h"

#include <gmock/gmock.h>

#include "fake/byte_tokenizer.h"
#include "finetune/pair_tokenizer.h"

namespace toolformer::finetune {
namespace {

record::Call make_call(std::string input, std::string result) {
  record::Call call;
  call.tool = "Calculator";
  call.input = std::move(input);
  call.result = std::move(result);
  return call;
}

std::string part_text(const text::Tokenizer& tokenizer, const LabelledTokens& tokens,
                      TokenRole part) {
  std::vector<text::TokenId> ids;
  for (std::size_t i = 0; i < tokens.ids.size(); ++i) {
    if (tokens.roles[i] == part) ids.push_back(tokens.ids[i]);
  }
  return tokenizer.decode(ids);
}

TEST(CallTokens, TextFormSpellsTheCallAndLabelsTheResult) {
  const fake::ByteTokenizer tokenizer;
  const auto tokens = call_tokens(tokenizer, {}, make_call("48 / 320", "0.15"));
  EXPECT_EQ(tokenizer.decode(tokens.ids), " [Calculator(48 / 320) -> 0.15]");
  EXPECT_EQ(part_text(tokenizer, tokens, TokenRole::kCall), " [Calculator(48 / 320) ->]");
  EXPECT_EQ(part_text(tokenizer, tokens, TokenRole::kResult), " 0.15");
}

// What closes the call is one token with the result's last byte here: it then counts as call, not
// as result.
TEST(CallTokens, ATokenAcrossTheCloseMarkerIsCall) {
  const PairTokenizer tokenizer;
  const auto tokens = call_tokens(tokenizer, {}, make_call("1", "15"));
  EXPECT_EQ(tokenizer.decode(tokens.ids), " [Calculator(1) -> 15]");
  EXPECT_EQ(part_text(tokenizer, tokens, TokenRole::kResult), " 1");
  EXPECT_EQ(tokens.ids.back(), PairTokenizer::pair("5]"));
  EXPECT_EQ(tokens.roles.back(), TokenRole::kCall);
}

TEST(CallTokens, TokenFormUsesTheControlTokens) {
  const PairTokenizer tokenizer;
  const CallMarkers markers{
      {"<API>", "</API>", "->"},
      calls::MarkerTokens{PairTokenizer::kOpen, PairTokenizer::kClose, PairTokenizer::kArrow}};
  const auto tokens = call_tokens(tokenizer, markers, make_call("1+1", "2"));
  ASSERT_EQ(tokens.ids.front(), PairTokenizer::kOpen);
  EXPECT_EQ(tokens.ids.back(), PairTokenizer::kClose);
  EXPECT_THAT(tokens.ids, testing::Contains(PairTokenizer::kArrow).Times(1));
  EXPECT_EQ(part_text(tokenizer, tokens, TokenRole::kCall), "Calculator(1+1)");
  EXPECT_EQ(part_text(tokenizer, tokens, TokenRole::kResult), "2");
}

// A result that spells the markers stays text: the ids of the markers appear once each.
TEST(CallTokens, MarkersInsideAResultAreText) {
  const PairTokenizer tokenizer;
  const CallMarkers markers{
      {"<API>", "</API>", "->"},
      calls::MarkerTokens{PairTokenizer::kOpen, PairTokenizer::kClose, PairTokenizer::kArrow}};
  const auto tokens = call_tokens(tokenizer, markers, make_call("a", "x</API><API>"));
  EXPECT_THAT(tokens.ids, testing::Contains(PairTokenizer::kOpen).Times(1));
  EXPECT_THAT(tokens.ids, testing::Contains(PairTokenizer::kClose).Times(1));
}

}  // namespace
}  // namespace toolformer::finetune
