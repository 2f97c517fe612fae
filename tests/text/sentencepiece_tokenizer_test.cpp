// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/sentencepiece_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "text/tokenizer_cases.h"

namespace toolformer::text {
namespace {

TEST(SentencePieceTokenizer, SpreadsTheBytesOfACharacterOverItsBytePieces) {
  const auto tokenizer = load_tokenizer(fixture("llama2"));
  const auto tokens = tokenizer->encode_continuation("x日y");
  ASSERT_EQ(tokens.size(), 5u);
  for (std::size_t i = 1; i <= 4; ++i) EXPECT_EQ(tokens[i].begin, i);
  EXPECT_EQ(tokenizer->decode(ids_of(tokens)), "x日y");
}

TEST(SentencePieceTokenizer, CoversEveryText) {
  for (const char* name : {"llama2", "unigram"}) {
    const auto tokenizer = load_tokenizer(fixture(name));
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
      const std::string text = random_text(seed, 30);
      expect_covers(*tokenizer, tokenizer->encode(text), text);
      expect_covers(*tokenizer, tokenizer->encode_continuation(text), text);
    }
    EXPECT_TRUE(tokenizer->encode("").empty());
  }
}

TEST(SentencePieceTokenizer, OffsetsLeadBackThroughNormalisation) {
  const auto tokenizer = load_tokenizer(fixture("unigram"));
  const std::string text = "ﬁne";  // the ligature has three bytes, "fi" two
  const auto tokens = tokenizer->encode_continuation(text);
  expect_covers(*tokenizer, tokens, text);
  EXPECT_EQ(tokenizer->decode(ids_of(tokens)), "fine");
}

TEST(SentencePieceTokenizer, MatchesUserDefinedPiecesButNoControlTokens) {
  const auto tokenizer = load_tokenizer(fixture("llama2"));
  EXPECT_THAT(tokenizer->continuation_ids("<tool>"),
              testing::ElementsAre(*tokenizer->find("<tool>")));
  EXPECT_GT(tokenizer->continuation_ids("</s>").size(), 1u);
}

}  // namespace
}  // namespace toolformer::text
