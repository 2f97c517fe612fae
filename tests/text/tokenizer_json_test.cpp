// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "text/tokenizer_cases.h"
#include "toolformer/base/error.h"
#include "toolformer/text/tokenizer_export.h"

namespace toolformer::text {
namespace {

using nlohmann::json;

TEST(TokenizerJson, HoldsTheVocabularyAndItsRules) {
  const TokenizerSpec spec = read_tokenizer_spec(fixture("llama3"));
  const json root = json::parse(tokenizer_json(spec));
  EXPECT_EQ(root["model"]["vocab"].size(), spec.pieces.size());
  EXPECT_EQ(root["model"]["merges"].size(), spec.merges.size());
  EXPECT_EQ(root["model"]["ignore_merges"], true);
  EXPECT_EQ(root["added_tokens"].size(), 4u);
  EXPECT_EQ(root["post_processor"]["single"][0]["SpecialToken"]["id"], "<|begin_of_text|>");
  EXPECT_EQ(root["decoder"]["type"], "ByteLevel");
}

TEST(TokenizerJson, WritesSentencePieceAsBpe) {
  const json root = json::parse(tokenizer_json(read_tokenizer_spec(fixture("llama2"))));
  EXPECT_EQ(root["model"]["byte_fallback"], true);
  EXPECT_EQ(root["model"]["unk_token"], "<unk>");
  EXPECT_EQ(root["normalizer"]["normalizers"][0]["prepend"], "▁");
  EXPECT_EQ(root["decoder"]["decoders"].back()["type"], "Strip");
}

TEST(TokenizerJson, RefusesWhatItCannotSay) {
  EXPECT_THROW(tokenizer_json(read_tokenizer_spec(fixture("unigram"))), base::DataError);
}

}  // namespace
}  // namespace toolformer::text
