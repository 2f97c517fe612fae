// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/corpus/corpus.h"

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
    return read_corpus(io_, options_, builder_);
  }

  fake::TemporaryDirectory directory_;
  fake::ByteTokenizer tokenizer_;
  ExampleBuilder builder_{tokenizer_, {}, {64}};
  record::RunOptions io_;
  CorpusOptions options_;
};

TEST_F(CorpusTest, ReadsDocumentsInOrder) {
  const Corpus corpus = read(std::string(kCallLine) + kPlainLine);
  ASSERT_EQ(corpus.size(), 2U);
  EXPECT_EQ(tokenizer_.decode(corpus.tokens(0).ids), "2+ [T(x) -> 4]2");
  const auto sizes = corpus.sizes();
  EXPECT_TRUE(sizes[0].has_calls);
  EXPECT_FALSE(sizes[1].has_calls);
  EXPECT_EQ(sizes[1].document, key_of("b"));
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

TEST_F(CorpusTest, PlainDocumentsFromElsewhereHaveNoCalls) {
  directory_.write("plain.jsonl", std::string(kCallLine) + kPlainLine);
  options_.plain = {(directory_ / "plain.jsonl")};
  io_.limit = 1;
  const Corpus corpus = read(std::string(kCallLine) + kPlainLine);
  ASSERT_EQ(corpus.size(), 3U);
  EXPECT_TRUE(corpus.sizes()[0].has_calls);
  EXPECT_FALSE(corpus.sizes()[1].has_calls);
  EXPECT_EQ(tokenizer_.decode(corpus.tokens(1).ids), "2+2");
  EXPECT_EQ(tokenizer_.decode(corpus.tokens(2).ids), "plain");
}

TEST_F(CorpusTest, TheCapLeavesSoManyDocumentsOfATool) {
  std::string content = kPlainLine;
  for (int i = 0; i < 10; ++i) {
    std::string line = kCallLine;
    line.replace(line.find("\"a\""), 3, "\"a" + std::to_string(i) + "\"");
    if (i >= 7) line.replace(line.find("\"T\""), 3, "\"U\"");
    content += line;
  }
  options_.max_per_tool.all = 4;
  options_.plain_weight = 0.5;
  options_.tool_weight.by_tool["U"] = 2.5;
  const Corpus corpus = read(content);
  EXPECT_EQ(corpus.summary.get("documents.over_cap"), 3);
  ASSERT_EQ(corpus.size(), 1U + 4 + 3);
  EXPECT_FALSE(corpus.sizes()[0].has_calls);
  EXPECT_EQ(corpus.sizes()[0].weight, 0.5);
  for (std::size_t i = 1; i < corpus.size(); ++i) {
    EXPECT_EQ(corpus.sizes()[i].weight, i < 5 ? 1.0 : 2.5) << i;
    EXPECT_THAT(tokenizer_.decode(corpus.tokens(i).ids), testing::HasSubstr("(x) -> 4]")) << i;
  }
}

TEST_F(CorpusTest, PlainTextLeavesCallsOut) {
  directory_.write("v.jsonl", std::string(kCallLine) + kPlainLine);
  const ExampleBuilder builder(tokenizer_, {}, {64, false});
  record::RunOptions io;
  io.input = {directory_ / "v.jsonl"};
  io.limit = 1;
  const auto examples = read_plain_text(io, builder).examples;
  ASSERT_EQ(examples.size(), 1U);
  EXPECT_EQ(tokenizer_.decode(examples[0].tokens.ids), "2+2");
}

}  // namespace
}  // namespace toolformer::finetune
