// SPDX-License-Identifier: Apache-2.0
// The ids of fixtures/ids.jsonl are transformers': tests/parity/tokenizer_fixtures.py.
#include "toolformer/text/hugging_face_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "text/tokenizer_cases.h"
#include "toolformer/base/error.h"

namespace toolformer::text {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(HuggingFaceTokenizer, IdsEqualTransformers) {
  std::map<std::string, std::unique_ptr<Tokenizer>> tokenizers;
  std::ifstream file(fixture("ids.jsonl"));
  std::string line;
  int compared = 0;
  while (std::getline(file, line)) {
    const json golden = json::parse(line);
    auto& tokenizer = tokenizers[golden.at("tokenizer")];
    if (!tokenizer) tokenizer = load_tokenizer(fixture(golden.at("tokenizer")));
    const std::string text = golden.at("text");
    const std::vector<Token> tokens = tokenizer->encode(text);
    EXPECT_EQ(json(ids_of(tokens)), golden.at("ids"))
        << golden.at("tokenizer") << ' ' << golden.at("text");
    expect_covers(*tokenizer, tokens, text);
    ++compared;
  }
  EXPECT_EQ(tokenizers.size(), 6u);
  EXPECT_EQ(compared, 90);
}

TEST(HuggingFaceTokenizer, KnowsSpecialTokens) {
  const auto llama3 = load_tokenizer(fixture("llama3"));
  EXPECT_EQ(llama3->bos(), 600);
  EXPECT_TRUE(llama3->adds_bos());
  EXPECT_THAT(llama3->eos(), ElementsAre(601, 602));
  EXPECT_THAT(llama3->start(), ElementsAre(600));
  EXPECT_TRUE(llama3->is_control(600));
  EXPECT_FALSE(llama3->is_control(*llama3->find("<tool>")));
  const auto qwen2 = load_tokenizer(fixture("qwen2"));
  EXPECT_EQ(qwen2->bos(), std::nullopt);
  EXPECT_FALSE(qwen2->adds_bos());
  EXPECT_THAT(qwen2->eos(), ElementsAre(*qwen2->find("<|im_end|>"), *qwen2->find("<|endoftext|>")));
  EXPECT_THAT(load_tokenizer(fixture("llama2"))->start(), ElementsAre(1));
}

TEST(HuggingFaceTokenizer, TextComesBack) {
  for (const char* name : {"gpt2", "llama3", "llama2", "llama2_json"}) {
    const auto tokenizer = load_tokenizer(fixture(name));
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
      std::string text = random_text(seed, 40);
      const std::vector<Token> tokens = tokenizer->encode_continuation(text);
      expect_covers(*tokenizer, tokens, text);
      if (text.find("\u2581") != std::string::npos) continue;
      EXPECT_EQ(tokenizer->decode(ids_of(tokens)), text) << name;
    }
  }
}

TEST(HuggingFaceTokenizer, OnlyAStartGetsADummyPrefix) {
  for (const char* name : {"llama2", "llama2_json", "unigram"}) {
    const auto tokenizer = load_tokenizer(fixture(name));
    EXPECT_EQ(tokenizer->decode(tokenizer->ids("the")), " the") << name;
    EXPECT_EQ(tokenizer->decode(tokenizer->continuation_ids("the")), "the") << name;
  }
}

TEST(HuggingFaceTokenizer, RefusesInvalidUtf8WithItsPlace) {
  for (const char* name : {"gpt2", "llama2"}) {
    const auto tokenizer = load_tokenizer(fixture(name));
    try {
      tokenizer->encode("abc\xff");
      FAIL() << name;
    } catch (const base::DataError& error) {
      EXPECT_THAT(error.what(), HasSubstr("byte 3 of a text of 4 bytes"));
    }
  }
}

class BadTokenizerJson : public testing::Test {
 protected:
  BadTokenizerJson() {
    std::ifstream file(fixture("gpt2") / "tokenizer.json");
    good_ = json::parse(file);
  }
  std::string error_of(const json& changed) { return error_of(changed.dump()); }
  std::string error_of(const std::string& text) {
    directory_.write("tokenizer.json", text);
    return fake::refusal<base::DataError>([&] { load_tokenizer(directory_.path()); });
  }
  /// The error after one value was replaced.
  std::string error_with(const char* pointer, const json& value) {
    json changed = good_;
    changed[json::json_pointer(pointer)] = value;
    return error_of(changed);
  }
  json good_;
  fake::TemporaryDirectory directory_;
};

TEST_F(BadTokenizerJson, NamesComponentsItDoesNotKnow) {
  EXPECT_EQ(error_of(good_), "accepted");
  EXPECT_THAT(error_with("/model/type", "WordPiece"), HasSubstr("WordPiece"));
  EXPECT_THAT(error_with("/model/dropout", 0.1), HasSubstr("model.dropout"));
  EXPECT_THAT(error_with("/model/end_of_word_suffix", "</w>"), HasSubstr("end_of_word_suffix"));
  EXPECT_THAT(error_with("/normalizer", {{"type", "Lowercase"}}), HasSubstr("Lowercase"));
  EXPECT_THAT(error_with("/pre_tokenizer", {{"type", "BertPreTokenizer"}}),
              HasSubstr("BertPreTokenizer"));
  EXPECT_THAT(error_with("/pre_tokenizer/add_prefix_space", true), HasSubstr("add_prefix_space"));
  EXPECT_THAT(error_with("/pre_tokenizer", {{"type", "Split"},
                                            {"pattern", {{"Regex", "(a"}}},
                                            {"behavior", "Isolated"},
                                            {"invert", false}}),
              HasSubstr("a ( without its )"));
}

TEST_F(BadTokenizerJson, RefusesVocabulariesThatContradictThemselves) {
  EXPECT_THAT(error_with("/model/vocab/a", -1), HasSubstr("has the id '-1'"));
  EXPECT_THAT(error_with("/model/vocab/a", 1u << 30), HasSubstr("has the id"));
  EXPECT_THAT(error_with("/model/vocab/a", 0), HasSubstr("belongs to"));
  EXPECT_THAT(error_with("/model/vocab", json::array()), HasSubstr("model.vocab"));
  EXPECT_THAT(error_with("/model/merges/0", json::array({"a", "\u00e9\u00e9"})),
              HasSubstr("not in the vocabulary"));
  EXPECT_THAT(error_with("/model/merges/0", "ab"), HasSubstr("is no pair"));
  EXPECT_THAT(error_with("/model/merges/0", 7), HasSubstr("is no pair"));
  EXPECT_THAT(error_with("/added_tokens/0/id", 1u << 30), HasSubstr("added token"));
  EXPECT_THAT(error_with("/added_tokens/0/content", nullptr), HasSubstr("no content"));
  EXPECT_THAT(error_with("/added_tokens/0/id", 700), HasSubstr("has the id 700, but"));
}

TEST_F(BadTokenizerJson, RefusesDirectoriesWithoutTokenizer) {
  try {
    load_tokenizer(directory_.path());
    FAIL();
  } catch (const base::DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("neither tokenizer.json nor tokenizer.model"));
  }
  EXPECT_THROW(load_tokenizer("/nonexistent"), base::DataError);
}

TEST_F(BadTokenizerJson, SurvivesDamage) {
  const std::string whole = good_.dump();
  for (std::size_t size = 0; size < whole.size(); size += 97)
    EXPECT_NE(error_of(whole.substr(0, size)), "accepted");
  std::uint64_t state = 1;
  const auto random = [&] {
    return (state = state * 6364136223846793005u + 1442695040888963407u) >> 33;
  };
  for (int round = 0; round < 300; ++round) {
    std::string damaged = whole;
    for (std::uint64_t flips = 1 + random() % 3; flips > 0; --flips) {
      damaged[random() % damaged.size()] = static_cast<char>(random() & 0xff);
    }
    error_of(damaged);
  }
}

}  // namespace
}  // namespace toolformer::text
