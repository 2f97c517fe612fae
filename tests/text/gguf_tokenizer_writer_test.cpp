// SPDX-License-Identifier: Apache-2.0
// That llama.cpp reads these vocabularies with the same ids was checked with
// tests/parity/exported_gguf.py.
#include "toolformer/text/gguf_tokenizer_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "fake/test_files.h"
#include "text/tokenizer_cases.h"
#include "toolformer/base/error.h"
#include "toolformer/text/tokenizer_spec.h"

namespace toolformer::text {
namespace {

std::unique_ptr<Tokenizer> written_and_read(const Tokenizer& tokenizer) {
  const fake::TemporaryDirectory directory;
  const auto path = directory.path() / "x.gguf";
  formats::GgufWriter writer(path, gguf_tokenizer_entries(*tokenizer.spec()), {});
  writer.finish();
  return load_tokenizer(path);
}

void expect_same(const Tokenizer& a, const Tokenizer& b, const std::string& name = "") {
  EXPECT_EQ(a.size(), b.size());
  EXPECT_EQ(a.bos(), b.bos());
  EXPECT_EQ(a.eos(), b.eos());
  EXPECT_EQ(a.adds_bos(), b.adds_bos());
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    std::string text = random_text(seed, 40);
    if (name == "llama2_json") {
      // SentencePiece puts its prefix before a leading space too, and not behind a matched piece.
      if (text.find("<tool>") != std::string::npos) continue;
      text.insert(text.begin(), 'a');
    }
    EXPECT_EQ(a.ids(text), b.ids(text)) << text;
    EXPECT_EQ(a.continuation_ids(text), b.continuation_ids(text)) << text;
  }
}

class GgufTokenizerWriter : public testing::TestWithParam<const char*> {};

TEST_P(GgufTokenizerWriter, ReadsBackWithTheSameIds) {
  const auto tokenizer = load_tokenizer(fixture(GetParam()));
  expect_same(*tokenizer, *written_and_read(*tokenizer), GetParam());
}

TEST_P(GgufTokenizerWriter, KeepsAddedControlTokens) {
  const auto tokenizer = load_tokenizer(fixture(GetParam()));
  const auto size = tokenizer->size();
  const auto extended = with_control_tokens(*tokenizer, {"<API>", "</API>"}, size + 4);
  const auto again = written_and_read(*extended);
  EXPECT_EQ(again->find("<API>"), static_cast<TokenId>(size));
  EXPECT_TRUE(again->is_control(static_cast<TokenId>(size + 1)));
  EXPECT_EQ(again->size(), size + 4);
  const std::string text = "a <API>Calculator(1)</API>";
  EXPECT_EQ(again->ids(text), tokenizer->ids(text));
}

INSTANTIATE_TEST_SUITE_P(Fixtures, GgufTokenizerWriter,
                         testing::Values("gpt2", "llama3", "qwen2", "llama2", "llama2_json",
                                         "unigram"));

TEST(GgufTokenizerWriterReal, TheVocabularyOfAFileComesBackTheSame) {
  for (const char* name : {"gemma3-270m.gguf", "smollm2-135m-instruct.gguf"}) {
    const auto model = fake::model_file(name);
    if (!model) GTEST_SKIP() << name << " is not in $TOOLFORMER_MODELS";
    const auto tokenizer = load_tokenizer(*model);
    EXPECT_EQ(written_and_read(*tokenizer)->fingerprint(), tokenizer->fingerprint()) << name;
  }
}

TEST(GgufTokenizerWriter, NamesTheFlagOfAnAddedToken) {
  const std::string expected[] = {"lstrip", "rstrip", "single_word"};
  for (int flag = 0; flag < 3; ++flag) {
    TokenizerSpec spec = *load_tokenizer(fixture("gpt2"))->spec();
    MatchRule& rule = spec.match_rules.back();
    rule.strip_left = flag == 0;
    rule.strip_right = flag == 1;
    rule.single_word = flag == 2;
    EXPECT_THAT(fake::refusal<base::DataError>([&] { gguf_tokenizer_entries(spec); }),
                testing::AllOf(testing::HasSubstr("'<tool>'"), testing::HasSubstr(expected[flag])));
  }
}

TEST(GgufTokenizerWriter, RefusesWhatGgufCannotSay) {
  TokenizerSpec spec = *load_tokenizer(fixture("gpt2"))->spec();
  spec.pre_tokenizer = {{"type", "Split"},
                        {"pattern", {{"Regex", "."}}},
                        {"behavior", "Isolated"},
                        {"invert", false}};
  EXPECT_THAT(fake::refusal<base::DataError>([&] { gguf_tokenizer_entries(spec); }),
              testing::HasSubstr("--to hf"));
  spec = *load_tokenizer(fixture("gpt2"))->spec();
  spec.normalizer = {{"type", "NFKC"}};
  EXPECT_THAT(fake::refusal<base::DataError>([&] { gguf_tokenizer_entries(spec); }),
              testing::HasSubstr("NFKC"));
}

}  // namespace
}  // namespace toolformer::text
