// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/corpus/examples.h"

#include <gmock/gmock.h>

#include "fake/byte_tokenizer.h"
#include "finetune/pair_tokenizer.h"

namespace toolformer::finetune {
namespace {

record::Call make_call(std::size_t at, std::string input, std::string result, bool keep = true) {
  record::Call call;
  call.tool = "T";
  call.at = at;
  call.input = std::move(input);
  call.result = std::move(result);
  call.keep = keep;
  return call;
}

record::Document make_document(std::string text, std::vector<record::Call> calls = {}) {
  record::Document document;
  document.id = "d";
  document.text = std::move(text);
  document.calls = std::move(calls);
  return document;
}

std::string text_of(const text::Tokenizer& tokenizer, const std::vector<Example>& examples) {
  std::string text;
  for (const Example& example : examples) text += tokenizer.decode(example.tokens.ids);
  return text;
}

TEST(ExampleBuilder, RendersKeptCallsOnceInOrder) {
  const fake::ByteTokenizer tokenizer;
  const ExampleBuilder builder(tokenizer, {}, {100});
  record::Summary summary;
  const auto examples =
      builder.build(make_document("abcd", {make_call(2, "x", "1"), make_call(0, "y", "2"),
                                           make_call(3, "z", "3", false), make_call(2, "w", "4")}),
                    summary);
  ASSERT_EQ(examples.size(), 1U);
  EXPECT_EQ(text_of(tokenizer, examples), " [T(y) -> 2]ab [T(x) -> 1] [T(w) -> 4]cd");
  EXPECT_EQ(examples[0].tokens.ids.back(), fake::ByteTokenizer::kEnd);
  EXPECT_TRUE(examples[0].has_calls);
  EXPECT_EQ(summary.get("calls.rendered"), 3);
  EXPECT_EQ(summary.get("documents.with_calls"), 1);
  EXPECT_EQ(summary.get("tokens.text"), 5);
  EXPECT_EQ(summary.get("tokens.result"), 6);
}

TEST(ExampleBuilder, ACallMayStandAtTheEnd) {
  const fake::ByteTokenizer tokenizer;
  record::Summary summary;
  const auto examples = ExampleBuilder(tokenizer, {}, {100})
                            .build(make_document("ab", {make_call(2, "x", "1")}), summary);
  EXPECT_EQ(text_of(tokenizer, examples), "ab [T(x) -> 1]");
}

TEST(ExampleBuilder, TextTokensStayWhatTheyAreWithoutCalls) {
  const PairTokenizer tokenizer;
  record::Summary summary;
  const ExampleBuilder builder(tokenizer, {}, {100});
  const auto with = builder.build(make_document("abcdef", {make_call(2, "x", "1")}), summary);
  std::vector<text::TokenId> text_ids;
  for (std::size_t i = 0; i < with[0].tokens.ids.size(); ++i) {
    if (with[0].tokens.roles[i] == calls::TokenRole::kText)
      text_ids.push_back(with[0].tokens.ids[i]);
  }
  const auto without = builder.build(make_document("abcdef"), summary);
  EXPECT_EQ(text_ids, without[0].tokens.ids);
  EXPECT_EQ(text_ids.front(), PairTokenizer::kStart);
  EXPECT_EQ(summary.get("documents.plain"), 1);
}

TEST(ExampleBuilder, ACallInsideATokenCutsIt) {
  const PairTokenizer tokenizer;
  record::Summary summary;
  const auto examples = ExampleBuilder(tokenizer, {}, {100})
                            .build(make_document("abcdef", {make_call(3, "x", "1")}), summary);
  EXPECT_EQ(text_of(tokenizer, examples), "abc [T(x) -> 1]def");
  EXPECT_EQ(summary.get("calls.off_boundary"), 1);
}

TEST(ExampleBuilder, SplitsLongDocumentsNeverInsideACall) {
  const fake::ByteTokenizer tokenizer;
  record::Summary summary;
  const auto examples =
      ExampleBuilder(tokenizer, {}, {16})
          .build(make_document("0123456789abcdef0123456789", {make_call(12, "x", "1")}), summary);
  EXPECT_EQ(text_of(tokenizer, examples), "0123456789ab [T(x) -> 1]cdef0123456789");
  ASSERT_EQ(examples.size(), 3U);
  EXPECT_EQ(tokenizer.decode(examples[1].tokens.ids).substr(0, 12), " [T(x) -> 1]");
  for (const Example& example : examples) EXPECT_LE(example.tokens.ids.size(), 16U);
  EXPECT_NE(examples[0].tokens.ids.back(), fake::ByteTokenizer::kEnd);
  EXPECT_EQ(examples[2].tokens.ids.back(), fake::ByteTokenizer::kEnd);
  EXPECT_EQ(summary.get("documents.split"), 1);
  EXPECT_EQ(summary.get("examples"), 3);
}

TEST(ExampleBuilder, EveryPieceBeginsWithTheStartToken) {
  const PairTokenizer tokenizer;
  record::Summary summary;
  const auto examples =
      ExampleBuilder(tokenizer, {}, {8}).build(make_document(std::string(40, 'a')), summary);
  EXPECT_EQ(examples.size(), 4U);  // 20 pairs, 6 in each beside start and end token
  for (const Example& example : examples)
    EXPECT_EQ(example.tokens.ids.front(), PairTokenizer::kStart);
}

TEST(ExampleBuilder, ACallThatFitsNowhereIsLeftOutAndCounted) {
  const fake::ByteTokenizer tokenizer;
  record::Summary summary;
  const auto examples =
      ExampleBuilder(tokenizer, {}, {16})
          .build(make_document("ab", {make_call(1, std::string(30, 'x'), "1")}), summary);
  EXPECT_EQ(text_of(tokenizer, examples), "ab");
  EXPECT_EQ(summary.get("calls.too_long"), 1);
  EXPECT_EQ(summary.get("calls.rendered"), 0);
  EXPECT_EQ(summary.get("documents.plain"), 1);
}

TEST(ExampleBuilder, WhatCannotBeRenderedIsCounted) {
  const fake::ByteTokenizer tokenizer;
  record::Summary summary;
  record::Document document =
      make_document("ab", {make_call(9, "x", "1"), make_call(0, "x", "1"), make_call(1, "x", "1")});
  document.calls[1].result.reset();
  document.calls[2].tool = "no name";
  const auto examples = ExampleBuilder(tokenizer, {}, {50}).build(document, summary);
  EXPECT_EQ(text_of(tokenizer, examples), "ab");
  EXPECT_FALSE(examples[0].has_calls);
  EXPECT_EQ(summary.get("calls.unusable"), 3);
}

TEST(ExampleBuilder, EmptyTextGivesNothing) {
  const fake::ByteTokenizer tokenizer;
  record::Summary summary;
  EXPECT_TRUE(ExampleBuilder(tokenizer, {}, {50}).build(make_document(""), summary).empty());
  EXPECT_EQ(summary.get("documents.empty"), 1);
}

TEST(ExampleBuilder, WithoutEndToken) {
  const fake::ByteTokenizer tokenizer;
  record::Summary summary;
  const auto examples =
      ExampleBuilder(tokenizer, {}, {50, false}).build(make_document("ab"), summary);
  EXPECT_EQ(examples[0].tokens.ids, (std::vector<text::TokenId>{'a', 'b'}));
}

}  // namespace
}  // namespace toolformer::finetune
