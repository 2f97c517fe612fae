// SPDX-License-Identifier: Apache-2.0
// That transformers reads what is written here with the same ids was checked with
// tests/parity/tokenizer_export.py.
#include "toolformer/text/tokenizer_export.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "fake/temporary_directory.h"
#include "fake/test_files.h"
#include "text/tokenizer_cases.h"
#include "toolformer/base/atomic_file.h"
#include "toolformer/base/error.h"

namespace toolformer::text {
namespace {

void expect_same_ids(const Tokenizer& a, const Tokenizer& b) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const std::string text = random_text(seed, 40);
    EXPECT_EQ(a.ids(text), b.ids(text)) << text;
    EXPECT_EQ(a.continuation_ids(text), b.continuation_ids(text)) << text;
  }
}

class TokenizerExport : public testing::TestWithParam<const char*> {};

TEST_P(TokenizerExport, ReadsBackWithTheSameIds) {
  const auto tokenizer = load_tokenizer(fixture(GetParam()));
  const fake::TemporaryDirectory directory;
  export_tokenizer(*tokenizer, directory.path());
  const auto again = load_tokenizer(directory.path());
  EXPECT_EQ(again->size(), tokenizer->size());
  EXPECT_EQ(again->bos(), tokenizer->bos());
  EXPECT_EQ(again->eos(), tokenizer->eos());
  EXPECT_EQ(again->adds_bos(), tokenizer->adds_bos());
  expect_same_ids(*tokenizer, *again);
  const fake::TemporaryDirectory second;
  export_tokenizer(*again, second.path());
  EXPECT_EQ(load_tokenizer(second.path())->fingerprint(), again->fingerprint());
}

TEST_P(TokenizerExport, KeepsAddedControlTokens) {
  const auto tokenizer = load_tokenizer(fixture(GetParam()));
  const auto extended = with_control_tokens(*tokenizer, {"<API>", "</API>"}, 640);
  const fake::TemporaryDirectory directory;
  export_tokenizer(*extended, directory.path());
  const auto again = load_tokenizer(directory.path());
  EXPECT_EQ(again->size(), 640u);
  const auto id = static_cast<TokenId>(tokenizer->size());
  EXPECT_EQ(again->find("<API>"), id);
  EXPECT_EQ(again->find("</API>"), id + 1);
  EXPECT_TRUE(again->is_control(id));
  EXPECT_TRUE(again->is_control(639));
  EXPECT_EQ(again->decode(std::vector<TokenId>{id, id + 1, 639}), "");
  const std::string text = "a <API>Calculator(1)</API> <|unused_639|>";
  EXPECT_EQ(again->ids(text), tokenizer->ids(text));
}

INSTANTIATE_TEST_SUITE_P(Fixtures, TokenizerExport,
                         testing::Values("gpt2", "llama3", "qwen2", "llama2", "llama2_json",
                                         "unigram"));

TEST(TokenizerExport, WhatTokenizerJsonCannotSayIsLeftToTokenizerModel) {
  const auto tokenizer = load_tokenizer(fixture("llama2"));  // a prefix and a user-defined piece
  const fake::TemporaryDirectory directory;
  directory.write("tokenizer.json", "{}");  // of an earlier export
  export_tokenizer(*tokenizer, directory.path());
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "tokenizer.json"));
  EXPECT_FALSE(std::filesystem::exists(directory.path() / ".tokenizer-draft"));
  EXPECT_EQ(load_tokenizer(directory.path())->ids("x <tool> y"), tokenizer->ids("x <tool> y"));
}

TEST(TokenizerExport, NothingIsWrittenWhenIdsWouldChange) {
  TokenizerSpec spec = *load_tokenizer(fixture("gpt2"))->spec();
  spec.match_rules.back().single_word = true;  // and ordinary pieces behind it
  spec.pieces[static_cast<std::size_t>(spec.match_rules.back().id)].outside = true;
  spec.pieces.push_back({"zz"});
  const fake::TemporaryDirectory directory;
  EXPECT_THROW(export_tokenizer(*make_tokenizer(spec, "here"), directory.path()), base::DataError);
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(TokenizerExport, KeepsChatTemplatesAndSettings) {
  const fake::TemporaryDirectory source, directory;
  std::filesystem::copy_file(fixture("gpt2") / "tokenizer.json", source.path() / "tokenizer.json");
  source.write("tokenizer_config.json", R"({"eos_token": "<|endoftext|>", "padding_side": "left",
    "additional_special_tokens": ["<|endoftext|>"], "model_max_length": 2048, "legacy": true,
    "chat_template": [{"name": "default", "template": "D"}, {"name": "tool_use", "template": "T"}]})");
  std::filesystem::create_directory(source.path() / "additional_chat_templates");
  source.write("additional_chat_templates/rag.jinja", "R");
  export_tokenizer(*load_tokenizer(source.path()), directory.path());
  const auto read = [&](const char* name) { return base::read_file(directory.path() / name); };
  EXPECT_EQ(read("chat_template.jinja"), "D");
  EXPECT_EQ(read("additional_chat_templates/tool_use.jinja"), "T");
  EXPECT_EQ(read("additional_chat_templates/rag.jinja"), "R");
  const auto config = nlohmann::json::parse(read("tokenizer_config.json"));
  EXPECT_EQ(config["padding_side"], "left");
  EXPECT_EQ(config["additional_special_tokens"], nlohmann::json({"<|endoftext|>"}));
  EXPECT_EQ(config["model_max_length"], 2048);
  EXPECT_EQ(config["tokenizer_class"], "PreTrainedTokenizerFast");
  EXPECT_FALSE(config.contains("legacy") || config.contains("chat_template"));
  const TokenizerSpec again = read_tokenizer_spec(directory.path());
  EXPECT_EQ(again.chat_template, "D");
  EXPECT_EQ(again.more_chat_templates.size(), 2u);
}

TEST(TokenizerExportReal, GgufVocabulariesReadBackWithTheSameIds) {
  for (const char* name : {"gemma3-270m.gguf", "smollm2-135m-instruct.gguf"}) {
    const auto model = fake::model_file(name);
    if (!model) GTEST_SKIP() << name << " is not in $TOOLFORMER_MODELS";
    const auto tokenizer = load_tokenizer(*model);
    const fake::TemporaryDirectory directory;
    export_tokenizer(*with_control_tokens(*tokenizer, {"<API>"}), directory.path());
    const auto again = load_tokenizer(directory.path());
    EXPECT_EQ(again->find("<API>"), static_cast<TokenId>(tokenizer->size()));
    EXPECT_EQ(again->eos(), tokenizer->eos());
    expect_same_ids(*tokenizer, *again);
  }
}

}  // namespace
}  // namespace toolformer::text
