// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/record_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"
#include "toolformer/record/compress.h"
#include "toolformer/record/document_reader.h"

namespace toolformer::record {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class RecordLines : public testing::Test {
 protected:
  /// "ID|TEXT|META" or "LINE: KIND: REASON" of each record of a file.
  std::vector<std::string> read(const std::string& name, const std::string& bytes) {
    options_.input = {directory_.write(name, bytes)};
    return read();
  }
  std::vector<std::string> read() {
    std::vector<std::string> found;
    DocumentReader reader(options_);
    while (const auto item = reader.next()) {
      const Document& document = item->document;
      found.push_back(item->reject ? std::to_string(item->line) + ": " + item->reject_kind + ": " +
                                         *item->reject
                                   : document.id + "|" + document.text + "|" +
                                         (document.meta.is_null() ? "" : document.meta.dump()));
    }
    return found;
  }

  fake::TemporaryDirectory directory_;
  RunOptions options_;
};

TEST_F(RecordLines, ATextIsOneDocumentAsItStands) {
  EXPECT_THAT(read("a.txt", "\xEF\xBB\xBFOne \"line\"\r\n\nand {two}\n"),
              ElementsAre("a.txt:1|One \"line\"\r\n\nand {two}\n|"));
  EXPECT_THAT(read("blank.txt", " \n"), ElementsAre());
  EXPECT_THAT(read("latin.txt", "caf\xE9"), ElementsAre(HasSubstr("1: bad_utf8: ")));
  EXPECT_THAT(read("long.txt", std::string(kMaxLineBytes + 1, 'x')),
              ElementsAre(HasSubstr("1: line_too_long: ")));
}

TEST_F(RecordLines, OrEachLineIsOne) {
  options_.text.per = "line";
  EXPECT_THAT(read("a.txt", "One\n\nt\two\r\n"), ElementsAre("a.txt:1|One|", "a.txt:3|t\two|"));
}

TEST_F(RecordLines, RowsOfATableHaveTheLineWhereTheyBegin) {
  EXPECT_THAT(
      read("a.csv", "id,text,date\r\nx,\"1, \"\"2\"\"\n3\",2020-01-02\r\n\r\n,plain,\r\n,a\r\n"),
      ElementsAre("x|1, \"2\"\n3|{\"date\":\"2020-01-02\"}", "a.csv:5|plain|{\"date\":\"\"}",
                  "6: bad_row: 2 fields where the first row names 3 columns"));
  EXPECT_THAT(read("a.tsv", "text\n\"in\tit\"\n"), ElementsAre("a.tsv:2|in\tit|"));
  EXPECT_THAT(read("b.csv", "n;text\n1;a,b\n"), ElementsAre("b.csv:2|a,b|{\"n\":\"1\"}"));
  EXPECT_THAT(read("open.csv", "text\n\"a\nb\n"), ElementsAre(HasSubstr("2: bad_row: a field")));
  EXPECT_THAT(read("same.csv", "id,text\n7,a\n7,b\n"),
              ElementsAre("7|a|", HasSubstr("3: duplicate_id: ")));
}

TEST_F(RecordLines, ATableWithoutTheColumnIsRefusedWithThoseItHas) {
  const auto refusal = [&](const std::string& bytes) {
    return fake::refusal<base::DataError>([&] { read("a.csv", bytes); });
  };
  EXPECT_THAT(refusal("question,answer\nx,y\n"),
              AllOf(HasSubstr("a.csv: has no column \"text\""), HasSubstr("(question, answer)"),
                    HasSubstr("--text-field")));
  EXPECT_THAT(refusal("text,a,a\nx,y,z\n"), HasSubstr("two columns are called \"a\""));
  options_.text.field = "question";
  EXPECT_THAT(read("a.csv", "question,text\nx,y\n"), ElementsAre("a.csv:2|x|{\"text\":\"y\"}"));
}

TEST_F(RecordLines, ElementsOfAnArrayAreNumbered) {
  EXPECT_THAT(read("a.json",
                   "\xEF\xBB\xBF [ {\"text\":\"]},\\\"\",\n \"meta\":{\"a\":[1]}},\n"
                   "{\"text\":\"b\"} , 3, {\"id\":\"x\",\"text\":\"c\"}]\n"),
              ElementsAre("a.json:1|]},\"|{\"a\":[1]}", "a.json:2|b|",
                          HasSubstr("3: not_an_object: "), "x|c|"));
  EXPECT_THAT(read("cut.json", "[{\"text\":\"a\"},{\"te"),
              ElementsAre("cut.json:1|a|", HasSubstr("2: damaged_file: the JSON array is cut")));
  EXPECT_THAT(read("comma.json", "[{\"text\":\"a\"} {\"text\":\"b\"}]"),
              ElementsAre("comma.json:1|a|", HasSubstr("lacks a comma")));
  EXPECT_THAT(read("more.json", "[{\"text\":\"a\"}] x"),
              ElementsAre("more.json:1|a|", HasSubstr("behind the end")));
  options_.text.field = "body";
  EXPECT_THAT(
      read("b.jsonl", "{\"body\":\"a\"}\n{\"body\":\"b\",\"text\":\"c\"}\n{\"text\":\"d\"}\n"),
      ElementsAre("b.jsonl:1|a|", HasSubstr("2: two_texts: "), "3: missing_text: body: missing"));
}

TEST_F(RecordLines, PackedFilesAndCutOnes) {
  const std::string packed = compress_block("text\na\nb\n", Compression::kGzip);
  EXPECT_THAT(read("a.csv.gz", packed), ElementsAre("a.csv.gz:2|a|", "a.csv.gz:3|b|"));
  EXPECT_THAT(read("cut.txt.gz", packed.substr(0, packed.size() - 4)),
              ElementsAre(HasSubstr("1: damaged_file: ")));
}

TEST_F(RecordLines, SharesAreTheWholeAndAResumedOneIsItsRest) {
  const std::string table = "text\n\"a\nb\"\nc\nd\n";
  EXPECT_THAT(read("a.csv", table), ElementsAre("a.csv:2|a\nb|", "a.csv:4|c|", "a.csv:5|d|"));
  options_.shard = {1, 2};
  EXPECT_THAT(read(), ElementsAre("a.csv:4|c|"));
  options_.shard = {};
  DocumentReader reader(options_);
  reader.skip_to(1);
  EXPECT_EQ(reader.next()->document.id, "a.csv:4");
}

TEST_F(RecordLines, AFolderGivesItsFilesOfOneFormat) {
  directory_.write("README.txt", "about");
  directory_.write("b.csv", "text\nb\n");
  directory_.write("a.csv", "text\na\n");
  directory_.write("run.json", "{}");
  options_.input = {directory_.path()};
  EXPECT_THAT(read(), ElementsAre("a.csv:2|a|", "b.csv:2|b|"));
  directory_.write("c.jsonl", "{\"text\":\"c\"}\n");
  EXPECT_THAT(read(), ElementsAre("c.jsonl:1|c|"));
}

}  // namespace
}  // namespace toolformer::record
