// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/shard.h"

#include <gtest/gtest.h>

#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"

namespace toolformer::record {
namespace {

TEST(ParseShard, TakesIofN) {
  EXPECT_EQ(parse_shard("3/16").index, 3U);
  EXPECT_EQ(parse_shard("3/16").count, 16U);
  for (const char* text :
       {"", "/", "3", "3/", "/16", "16/16", "0/0", "-1/4", "1/4x", " 1/4", "1/100000", "1//4"}) {
    EXPECT_THROW(parse_shard(text), base::UsageError) << text;
  }
}

TEST(ParseCompression, KnowsThree) {
  EXPECT_EQ(parse_compression("gz"), Compression::kGzip);
  EXPECT_THROW(parse_compression("bz2"), base::UsageError);
}

TEST(RecordFileName, TellsStemAndCompression) {
  EXPECT_EQ(parse_record_file_name("x.y.jsonl.gz")->stem, "x.y");
  EXPECT_EQ(parse_record_file_name("x.jsonl.zst")->compression, Compression::kZstd);
  for (const char* name :
       {"x.json", ".jsonl", "x.jsonl.part", "x.rejects.jsonl", "x.jsonl.bz2", ""}) {
    EXPECT_FALSE(parse_record_file_name(name)) << name;
  }
}

TEST(ShardName, TakesNamesApart) {
  const auto shard = parse_shard_name("my-part-00003-of-00016");
  ASSERT_TRUE(shard);
  EXPECT_EQ(shard->name, "my-part");
  EXPECT_EQ(shard->shard.index, 3U);
  EXPECT_EQ(shard->shard.count, 16U);
  for (const char* name :
       {"part", "part-00016-of-00016", "part-x-of-3", "-of-3", "1-of-3", "part-1-of-"}) {
    EXPECT_FALSE(parse_shard_name(name)) << name;
  }
}

TEST(OutputPaths, OfADirectoryAndOfAFile) {
  const OutputPaths shard = output_paths("out", {3, 16}, Compression::kGzip);
  EXPECT_EQ(shard.final_path, "out/part-00003-of-00016.jsonl.gz");
  EXPECT_EQ(shard.part, "out/part-00003-of-00016.jsonl.gz.part");
  EXPECT_EQ(shard.rejects, "out/part-00003-of-00016.rejects.jsonl");
  EXPECT_EQ(shard.summary, "out/part-00003-of-00016.summary.json");
  EXPECT_EQ(shard.run, "out/run.json");
  const OutputPaths file = output_paths("x.jsonl.zst", {}, Compression::kNone);
  EXPECT_EQ(file.final_path, "x.jsonl.zst");
  EXPECT_EQ(file.compression, Compression::kZstd) << "the name says it";
  EXPECT_EQ(file.summary, "x.summary.json");
  EXPECT_EQ(file.run, "x.run.json");
}

TEST(OutputPaths, RefusesWhatCannotBeMeant) {
  const fake::TemporaryDirectory directory;
  EXPECT_THROW(output_paths("x.jsonl", {0, 2}, Compression::kNone), base::UsageError);
  EXPECT_THROW(output_paths("x.gz", {}, Compression::kNone), base::UsageError);
  EXPECT_THROW(output_paths("x.rejects.jsonl", {}, Compression::kNone), base::UsageError);
  EXPECT_THROW(output_paths(directory.write("file", ""), {}, Compression::kNone), base::UsageError);
  directory.write("d.jsonl/inside", "");
  EXPECT_THROW(output_paths(directory / "d.jsonl", {}, Compression::kNone), base::UsageError);
}

}  // namespace
}  // namespace toolformer::record
