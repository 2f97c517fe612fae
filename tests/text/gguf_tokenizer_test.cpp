// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/gguf_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "formats/gguf_builder.h"
#include "text/tokenizer_cases.h"
#include "toolformer/base/error.h"

namespace toolformer::text {
namespace {

using formats::GgufBuilder;
using testing::ElementsAre;
using testing::HasSubstr;

class GgufTokenizer : public testing::Test {
 protected:
  std::unique_ptr<Tokenizer> load(const GgufBuilder& file) {
    return load_tokenizer(directory_.write("x.gguf", file.bytes()));
  }
  std::string error_of(const GgufBuilder& file) {
    return fake::refusal<base::DataError>([&] { load(file); });
  }
  fake::TemporaryDirectory directory_;
};

/// "Ġ", "a", "b", "ab", "Ġab", an end token, a user-defined piece.
GgufBuilder byte_level(const std::string& pre = "gpt-2",
                       const std::vector<std::string>& merges = {"a b", "\u0120 ab"}) {
  GgufBuilder file(0, 6);
  file.string("tokenizer.ggml.model", "gpt2").string("tokenizer.ggml.pre", pre);
  file.strings("tokenizer.ggml.tokens",
               {"\u0120", "a", "b", "ab", "\u0120ab", "<|im_end|>", "<x>"});
  file.numbers<std::int32_t>("tokenizer.ggml.token_type", 5, {1, 1, 1, 1, 1, 3, 4});
  return file.strings("tokenizer.ggml.merges", merges).uint32("tokenizer.ggml.eos_token_id", 5);
}

TEST_F(GgufTokenizer, ReadsByteLevelVocabularies) {
  const auto tokenizer = load(byte_level());
  EXPECT_THAT(tokenizer->ids("ab ab<x>a"), ElementsAre(3, 4, 6, 1));
  EXPECT_THAT(tokenizer->eos(), ElementsAre(5));
  EXPECT_FALSE(tokenizer->adds_bos());
  EXPECT_EQ(tokenizer->decode(std::vector<TokenId>{4, 5, 6}), " ab<x>");
}

/// byte_level with a begin token (5 as well) and no add_bos_token.
GgufBuilder with_begin(const std::string& pre, bool says_no = false) {
  GgufBuilder file(0, says_no ? 7 : 6);
  file.string("tokenizer.ggml.model", "gpt2").string("tokenizer.ggml.pre", pre);
  file.strings("tokenizer.ggml.tokens", {"\u0120", "a", "b", "ab", "\u0120ab", "<|im_end|>"});
  file.numbers<std::int32_t>("tokenizer.ggml.token_type", 5, {1, 1, 1, 1, 1, 3});
  file.strings("tokenizer.ggml.merges", {"a b"}).uint32("tokenizer.ggml.bos_token_id", 5);
  return says_no ? file.boolean("tokenizer.ggml.add_bos_token", 0) : file;
}

// As llama.cpp's /tokenize with add_special.
TEST_F(GgufTokenizer, WhereTheFileIsSilentThePreTokenizerSaysWhetherTextBeginsWithBos) {
  for (const char* name : {"llama-bpe", "llama3", "falcon3", "tekken", "pixtral"}) {
    EXPECT_THAT(load(with_begin(name))->start(), ElementsAre(5)) << name;
    EXPECT_TRUE(load(with_begin(name, true))->start().empty()) << name;
  }
  for (const char* name : {"qwen2", "gpt-2", "dbrx", "chatglm-bpe", "default"})
    EXPECT_TRUE(load(with_begin(name))->start().empty()) << name;
  EXPECT_FALSE(load(with_begin("glm4"))->bos());
  EXPECT_THAT(load(with_begin("tekken"))->ids("ab"), ElementsAre(3));
}

TEST_F(GgufTokenizer, AMissingPreTokenizerIsSaid) {
  testing::internal::CaptureStdout();
  load(with_begin("default"));
  EXPECT_THAT(testing::internal::GetCapturedStdout(),
              testing::AllOf(HasSubstr("only called 'default'"), HasSubstr("llama.cpp's own cut")));
}

TEST_F(GgufTokenizer, NamesWhatIsWrongWithByteLevelOnes) {
  EXPECT_THAT(error_of(byte_level("other")), HasSubstr("pre-tokenizer 'other'"));
  EXPECT_THAT(error_of(byte_level("gpt-2", {"ab"})), HasSubstr("no pair"));
  EXPECT_THAT(error_of(byte_level("gpt-2", {"b a"})),
              HasSubstr("'ba', which is not in the vocabulary"));
}

GgufBuilder sentencepiece(std::vector<std::int32_t> types, std::vector<float> scores,
                          std::uint32_t unknown = 0) {
  GgufBuilder file(0, 7);
  file.string("tokenizer.ggml.model", "llama").uint32("tokenizer.ggml.unknown_token_id", unknown);
  file.strings("tokenizer.ggml.tokens", {"<unk>", "<s>", "▁", "a", "▁a", "  "});
  file.numbers("tokenizer.ggml.token_type", 5, types).numbers("tokenizer.ggml.scores", 6, scores);
  return file.uint32("tokenizer.ggml.bos_token_id", 1)
      .boolean("tokenizer.ggml.add_space_prefix", 0);
}

TEST_F(GgufTokenizer, ReadsSentencePieceVocabularies) {
  const auto tokenizer = load(sentencepiece({3, 3, 1, 1, 1, 4}, {0, 0, -2, -3, -1, -9}));
  EXPECT_THAT(tokenizer->ids("a a"), ElementsAre(3, 4));
  EXPECT_THAT(tokenizer->ids("a   a"),
              ElementsAre(3, 5, 4));  // the run of two merges first, the rest with the letter
  EXPECT_TRUE(tokenizer->adds_bos());
  EXPECT_THAT(tokenizer->start(), ElementsAre(1));
  EXPECT_EQ(tokenizer->decode(std::vector<TokenId>{1, 3, 5, 3}), "a  a");
}

TEST_F(GgufTokenizer, NamesWhatIsWrongWithSentencePieceOnes) {
  EXPECT_THAT(error_of(sentencepiece({3, 3, 1, 1, 1}, {0, 0, -2, -3, -1, -9})),
              HasSubstr("token_type has 5 entries"));
  EXPECT_THAT(error_of(sentencepiece({3, 3, 1, 1, 1, 4}, {0})), HasSubstr("scores has 1 entries"));
  EXPECT_THAT(error_of(sentencepiece({3, 3, 1, 1, 1, 9}, {0, 0, -2, -3, -1, -9})),
              HasSubstr("token 5 has type 9"));
  EXPECT_THAT(error_of(sentencepiece({3, 3, 1, 1, 1, 4}, {0, 0, -2, -3, -1, -9}, 6)),
              HasSubstr("is 6, but there are 6"));
}

TEST_F(GgufTokenizer, NamesMissingAndUnknownVocabularies) {
  EXPECT_THAT(error_of(GgufBuilder(0, 0)), HasSubstr("has no vocabulary"));
  GgufBuilder bert(0, 2);
  bert.string("tokenizer.ggml.model", "bert").strings("tokenizer.ggml.tokens", {"a"});
  EXPECT_THAT(error_of(bert), HasSubstr("tokenizer.ggml.model is 'bert'"));
}

TEST_F(GgufTokenizer, SurvivesRandomDamage) {
  std::uint64_t state = 5;
  const auto random = [&] {
    return (state = state * 6364136223846793005u + 1442695040888963407u) >> 33;
  };
  for (const GgufBuilder& file :
       {byte_level(), sentencepiece({3, 3, 1, 1, 1, 4}, {0, 0, -2, -3, -1, -9})}) {
    for (int round = 0; round < 5000; ++round) {
      std::string damaged = file.bytes();
      for (std::uint64_t flips = 1 + random() % 3; flips > 0; --flips) {
        damaged[random() % damaged.size()] = static_cast<char>(random() & 0xff);
      }
      try {
        load_tokenizer(directory_.write("x.gguf", damaged))->encode("a ab<x>  日");
      } catch (const base::DataError&) {
      }
    }
  }
}

}  // namespace
}  // namespace toolformer::text
