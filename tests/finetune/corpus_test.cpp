// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/corpus.h"

#include <gmock/gmock.h>

#include "fake/byte_tokenizer.h"
#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"

namespace toolformer::finetune {
namespace {

const char* const kCallLine =
    R"({"schema":1,"id":"a","text":"2+2","calls":[{"tool":"T","at":2,"input":"x","result":"4","keep":true}]})"
    "\n";
const char* const kPlainLine = R"({"id":"b","text":"plain"})"
                               "\n";

class CorpusTest : public testing::Test {
 protected:
  Corpus read(const std::string& content) {
    directory_.write("in.jsonl", content);
    io_.input = {directory_ / "in.jsonl"};
    return read_corpus(io_, builder_);
  }

  fake::TemporaryDirectory directory_;
  fake::ByteTokenizer tokenizer_;
  ExampleBuilder builder_{tokenizer_, {}, {64}};
  record::RunOptions io_;
};

TEST_F(CorpusTest, ReadsDocumentsInOrder) {
  const Corpus corpus = read(std::string(kCallLine) + kPlainLine);
  ASSERT_EQ(corpus.examples.size(), 2U);
  EXPECT_EQ(spell(tokenizer_, {}, corpus.examples[0].tokens), "2+ [T(x) -> 4]2");
  const auto sizes = corpus.sizes();
  EXPECT_TRUE(sizes[0].has_calls);
  EXPECT_FALSE(sizes[1].has_calls);
  EXPECT_EQ(sizes[1].document, "b");
  EXPECT_EQ(sizes[1].tokens, 6U);
}

TEST_F(CorpusTest, TheFingerprintFollowsTheContent) {
  const std::string first = read(std::string(kCallLine) + kPlainLine).sha256;
  EXPECT_EQ(read(std::string(kCallLine) + kPlainLine).sha256, first);
  EXPECT_NE(read(std::string(kPlainLine) + kCallLine).sha256, first);
  EXPECT_NE(read(kCallLine).sha256, first);
}

TEST_F(CorpusTest, BadLinesAreCountedOrEndTheRun) {
  const std::string content = std::string(kPlainLine) + "{no json}\n";
  EXPECT_THROW(read(content), base::TooManyFailures);
  io_.max_failed_fraction = 0.5;
  EXPECT_EQ(read(content).summary.get("documents.rejected"), 1);
  io_.strict = true;
  try {
    read(content);
    FAIL();
  } catch (const base::DataError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("in.jsonl:2:"));
  }
}

TEST_F(CorpusTest, NoTextIsAnError) {
  EXPECT_THROW(read(""), base::DataError);
  EXPECT_THROW(read("{\"id\":\"e\",\"text\":\"\"}\n"), base::DataError);
}

TEST_F(CorpusTest, PlainTextLeavesCallsOut) {
  directory_.write("v.jsonl", std::string(kCallLine) + kPlainLine);
  const ExampleBuilder builder(tokenizer_, {}, {64, false});
  const auto examples = read_plain_text(directory_ / "v.jsonl", 1, builder);
  ASSERT_EQ(examples.size(), 1U);
  EXPECT_EQ(tokenizer_.decode(examples[0].tokens.ids), "2+2");
}

TEST_F(CorpusTest, SpellWritesControlMarkersOut) {
  const CallMarkers markers{{"<API>", "</API>", "->"}, text::MarkerTokens{300, 301, 302}};
  const LabelledTokens tokens{{'a', 300, 'T', 302, '4', 301, 'b'}, std::vector<Part>(7)};
  EXPECT_EQ(spell(tokenizer_, markers, tokens), "a<API>T->4</API>b");
}

}  // namespace
}  // namespace toolformer::finetune
