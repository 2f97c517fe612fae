// SPDX-License-Identifier: Apache-2.0
#include "toolformer/lm/prompted_document.h"

#include <gtest/gtest.h>

#include "fake/table_language_model.h"

namespace toolformer::lm {
namespace {

std::unique_ptr<fake::TableLanguageModel> make_model(bool adds_bos) {
  return std::make_unique<fake::TableLanguageModel>(
      std::make_unique<fake::TableTokenizer>(std::vector<std::string>{"ab"}, adds_bos),
      fake::TableLanguageModel::Settings{});
}

TEST(ReadPrompt, BeginsWithTheStartTokenIfThereIsOne) {
  EXPECT_EQ(prefill_prompt(*make_model(true), "abc").length, 3U);
  EXPECT_EQ(prefill_prompt(*make_model(true), "").length, 1U);
  EXPECT_EQ(prefill_prompt(*make_model(false), "abc").length, 2U);
  const Prefix nothing = prefill_prompt(*make_model(false), "");
  EXPECT_EQ(nothing.length, 0U);
  EXPECT_EQ(nothing.cache, nullptr);
}

/// A text that starts a sequence gets a space in front, as SentencePiece does.
class DummyPrefix : public fake::TableTokenizer {
 public:
  DummyPrefix() : TableTokenizer({}) {}
  std::vector<text::Token> encode(std::string_view text) const override {
    auto tokens = TableTokenizer::encode(text);
    tokens.insert(tokens.begin(), {' ', 0, 0});
    return tokens;
  }
  std::vector<text::Token> encode_continuation(std::string_view text) const override {
    return TableTokenizer::encode(text);
  }
};

TEST(DocumentTokens, BehindAPromptTheTextIsAContinuation) {
  const DummyPrefix tokenizer;
  EXPECT_EQ(document_tokens(tokenizer, "xy", "").size(), 3U);
  EXPECT_EQ(document_tokens(tokenizer, "xy", "demo").size(), 2U);
}

TEST(FindCallPlace, SkipsEmptyTokensAndPlacesInsideCharacters) {
  const std::string text = "a\xC3\xA9";
  const std::vector<text::Token> tokens = {{1, 0, 0}, {2, 0, 1}, {3, 1, 2}, {4, 2, 3}};
  EXPECT_EQ(find_call_place(text, tokens, 0), 1U);
  EXPECT_EQ(find_call_place(text, tokens, 1), 2U);
  EXPECT_EQ(find_call_place(text, tokens, 2), std::nullopt);  // inside the é
  EXPECT_EQ(find_call_place(text, tokens, 3), std::nullopt);  // the end
  EXPECT_EQ(find_call_place(text, tokens, 99), std::nullopt);
  EXPECT_EQ(find_call_place("", {}, 0), std::nullopt);
}

}  // namespace
}  // namespace toolformer::lm
