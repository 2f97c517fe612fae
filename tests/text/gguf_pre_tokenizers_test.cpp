// SPDX-License-Identifier: Apache-2.0
// Every name is compared with llama.cpp's server by gguf_pre_tokenizers.py.
#include "toolformer/text/gguf_pre_tokenizers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "toolformer/text/pre_tokenizer.h"

namespace toolformer::text {
namespace {

using testing::ElementsAre;

std::vector<std::string> words(const char* name, const std::string& text) {
  std::vector<std::string> out;
  for (const Span span : PreTokenizer(gguf_pre_tokenizer(name)->description, name).split(text))
    out.push_back(text.substr(span.begin, span.end - span.begin));
  return out;
}

TEST(GgufPreTokenizers, CutAsTheirModels) {
  EXPECT_THAT(words("gpt-2", "Hello  don't 12!\n"),
              ElementsAre("Hello", " ", " don", "'t", " 12", "!", "\n"));
  EXPECT_THAT(words("smollm", "in  60%"), ElementsAre("in", "  ", "6", "0", "%"));
  EXPECT_THAT(words("llama-bpe", "x 12345 I'LL\n\n y"),
              ElementsAre("x", " ", "123", "45", " I", "'LL", "\n\n", " y"));
  EXPECT_THAT(words("qwen2", "x 12"), ElementsAre("x", " ", "1", "2"));
  EXPECT_THAT(words("tekken", "mixedCase 12"), ElementsAre("mixed", "Case", " ", "1", "2"));
  EXPECT_THAT(words("default", "a-b 1234."), ElementsAre("a", "-", "b", " ", "123", "4", "."));
}

TEST(GgufPreTokenizers, KnowWhoBeginsWithBosAndTakesWordsWhole) {
  for (const char* name : {"llama-bpe", "llama3", "llama-v3", "falcon3", "tekken", "chameleon"})
    EXPECT_TRUE(gguf_pre_tokenizer(name)->adds_bos) << name;
  for (const char* name : {"gpt-2", "qwen2", "dbrx", "smaug-bpe", "deepseek-r1-qwen", "llama4"})
    EXPECT_FALSE(gguf_pre_tokenizer(name)->adds_bos) << name;
  EXPECT_TRUE(gguf_pre_tokenizer("tekken")->ignore_merges);
  EXPECT_FALSE(gguf_pre_tokenizer("llama4")->ignore_merges);
  EXPECT_FALSE(gguf_pre_tokenizer("chatglm-bpe")->has_bos);
  for (const char* name : {"something-else", "", "llama-bp", "llama-bpe llama3"})
    EXPECT_FALSE(gguf_pre_tokenizer(name)) << name;
}

TEST(GgufPreTokenizers, VocabulariesWithoutANameAreKnownByTheirSpecialTokens) {
  std::vector<Piece> pieces(128256);
  EXPECT_EQ(assumed_pre_tokenizer(pieces), "default");
  pieces[128000].text = "<|begin_of_text|>";
  EXPECT_EQ(assumed_pre_tokenizer(pieces), "llama-bpe");
  pieces.resize(50257);
  pieces[50256].text = "<|endoftext|>";
  EXPECT_EQ(assumed_pre_tokenizer(pieces), "gpt-2");
}

}  // namespace
}  // namespace toolformer::text
