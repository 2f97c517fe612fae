// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/json_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"
#include "toolformer/record/compress.h"
#include "toolformer/record/record_lines.h"

namespace toolformer::record {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string why(std::string_view start) {
  return why_not_json_lines(start).value_or("records");
}

TEST(JsonLines, RecordsAndWhatIsAmongThemPass) {
  for (const char* text : {
           "",
           "\n\n",
           R"({"text":"a"})",
           "{\"text\":\"a\"}\n{\"text\":\"b\"}\n",
           "\xEF\xBB\xBF{\"text\":\"a\"}\n",
           "no record\n{\"text\":\"a\"}\n",         // one bad line among good ones
           "[1]\n{\"text\":\"a\"}\n",               // likewise
           "{\"text\":\"a\",\n{\"text\":\"b\"}\n",  // the first line is cut
           "a single line",
           "[1, 2]",
           "{\"a\": [\n",
       })
    EXPECT_EQ(why(text), "records") << text;
}

TEST(JsonLines, OneListIsNamed) {
  EXPECT_THAT(why("[\n  \"a\",\n  \"b\"\n]"),
              AllOf(HasSubstr("first value is no object"), HasSubstr("{text: .}")));
}

TEST(JsonLines, JsonOverSeveralLinesIsNamed) {
  const auto spread = AllOf(HasSubstr("over several lines"), HasSubstr("jq -c . FILE"));
  EXPECT_THAT(why("{\n  \"text\": \"a\"\n}\n{\n  \"text\": \"b\"\n}\n"), spread);
  EXPECT_THAT(why("{ \"text\": \"a\",\r\n  \"meta\": {} }\r\n"), spread);
  EXPECT_THAT(why("{\"text\":\"a\"},\n{\"text\":\"b\"}\n"), HasSubstr("end with commas"));
  const auto several = HasSubstr("several records in one line");
  EXPECT_THAT(why("{\"text\":\"a\"}{\"text\":\"b\"}"), several);
  EXPECT_THAT(why("{\"text\":\"a\"}\r{\"text\":\"b\"}\r"), several) << "lines of an old Mac";
  EXPECT_EQ(why("{\"text\":\"a\"}{\"text\":\"b\"}\n{\"text\":\"c\"}\n"), "records")
      << "one bad line";
  EXPECT_THAT(why("\x1E{\"text\":\"a\"}\n"), HasSubstr("jq --seq"));
}

TEST(JsonLines, OtherTextIsNamed) {
  EXPECT_THAT(why("id,text\n1,hello\n2,\"a, b\"\n"),
              AllOf(HasSubstr("a table (CSV)"), HasSubstr("ends in .csv")));
  EXPECT_THAT(why("id\ttext\n1\thello\n"), AllOf(HasSubstr("(TSV)"), HasSubstr("ends in .tsv")));
  EXPECT_THAT(why("id;text\n1;hello\n"), HasSubstr("ends in .csv"));
  EXPECT_THAT(why("Once upon a time\nthere was\n"),
              AllOf(HasSubstr("plain text"), HasSubstr("--text-per line")));
  EXPECT_THAT(why("\"a\"\n\"b\"\n"), HasSubstr("JSON strings"));
  EXPECT_THAT(why("[1,\"a\"]\n[2,\"b\"]\n"), HasSubstr("JSON lists"));
}

TEST(JsonLines, FilesOfOtherKindsAreRefusedUnpacked) {
  const fake::TemporaryDirectory directory;
  const auto refusal = [&](const std::string& name, const std::string& bytes) {
    const std::string path = directory.write(name, bytes);
    return fake::refusal<base::DataError>([&] { open_record_lines(path, {}); });
  };
  EXPECT_THAT(refusal("a.jsonl", std::string("\xFF\xFE{\0", 4)),
              AllOf(HasSubstr("a.jsonl: begins like UTF-16"), HasSubstr("iconv")));
  EXPECT_THAT(refusal("b.jsonl", "PAR1"), HasSubstr("Parquet"));
  EXPECT_THAT(refusal("c.csv.gz", compress_block("PAR1", Compression::kGzip)),
              HasSubstr("Parquet"));
  EXPECT_THAT(refusal("d.jsonl.zst", compress_block("PAR1", Compression::kZstd)),
              HasSubstr("Parquet"));
  EXPECT_THAT(refusal("e.jsonl.gz", "BZh91AY&SY"), HasSubstr("bzip2"));
  const auto lines = open_record_lines(directory.write("f.jsonl", "{\"text\":\"a\"}\n\n{}\n"), {});
  EXPECT_EQ(lines->next()->text, "{\"text\":\"a\"}") << "what was looked at is read";
  EXPECT_EQ(lines->next()->number, 3U);
  EXPECT_FALSE(lines->next());
}

}  // namespace
}  // namespace toolformer::record
