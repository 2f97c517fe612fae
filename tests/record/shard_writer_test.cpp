// SPDX-License-Identifier: Apache-2.0
// How the writer meets kills and broken disks is in crash_test.cpp.
#include "toolformer/record/shard_writer.h"

#include <gmock/gmock.h>

#include <chrono>

#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"
#include "toolformer/base/sha256.h"

namespace toolformer::record {
namespace {

namespace fs = std::filesystem;
using fake::read_bytes;

struct Scene {
  fake::TemporaryDirectory directory;
  OutputPaths paths = output_paths(directory / "out.jsonl", {}, Compression::kNone);
  nlohmann::ordered_json identity = {{"stage", "test"}};
};

BlockOutput block(const std::string& lines, std::size_t next, const std::string& rejects = "") {
  BlockOutput output{lines, rejects, next, {}};
  output.counts.count("records.read");
  return output;
}

std::string summary_of(const ShardWriter::Finished& file, const nlohmann::ordered_json& identity) {
  return nlohmann::ordered_json{{"output", {{"bytes", file.bytes}, {"sha256", file.sha256}}},
                                {"identity", identity}}
      .dump();
}

TEST(ShardWriter, CommitsGoesOnAndPublishes) {
  Scene scene;
  {
    ShardWriter writer(scene.paths, scene.identity);
    EXPECT_FALSE(writer.resumed());
    writer.commit(block("a\n", 4, "bad\n"), 1, 1);
    EXPECT_FALSE(fs::exists(scene.paths.final_path));
  }
  ShardWriter writer(scene.paths, scene.identity);
  EXPECT_TRUE(writer.resumed());
  EXPECT_EQ(writer.state().next_ordinal, 4U);
  writer.commit(block("b\n", 8), 2, 2);
  EXPECT_EQ(writer.state().counts.get("records.read"), 2);
  const ShardWriter::Finished file = writer.seal();
  EXPECT_EQ(file.bytes, 4U);
  EXPECT_EQ(file.sha256, base::sha256("a\nb\n"));
  writer.publish(summary_of(file, scene.identity));
  EXPECT_EQ(read_bytes(scene.paths.final_path), "a\nb\n");
  EXPECT_EQ(read_bytes(scene.paths.rejects), "bad\n");
  EXPECT_FALSE(fs::exists(scene.paths.state) || fs::exists(scene.paths.part));
  EXPECT_TRUE(finished_summary(scene.paths).has_value());
}

TEST(ShardWriter, RefusesAnotherRun) {
  Scene scene;
  { ShardWriter(scene.paths, scene.identity).commit(block("a\n", 1), 0, 0); }
  EXPECT_THROW(ShardWriter(scene.paths, {{"stage", "other"}}), base::UsageError);
}

TEST(ShardWriter, OneProcessAtATime) {
  Scene scene;
  const ShardWriter first(scene.paths, scene.identity);
  EXPECT_THROW(ShardWriter(scene.paths, scene.identity), base::UsageError);
  EXPECT_THROW(remove_earlier_run(scene.paths), base::UsageError);
}

TEST(ShardWriter, AnEmptyCompressedShardIsAValidFile) {
  Scene scene;
  scene.paths = output_paths(scene.directory / "out.jsonl.gz", {}, Compression::kNone);
  ShardWriter writer(scene.paths, scene.identity);
  EXPECT_GT(writer.seal().bytes, 0U);
}

TEST(FinishedSummary, ChecksSizeAndOrigin) {
  Scene scene;
  EXPECT_EQ(finished_summary(scene.paths), std::nullopt);
  scene.directory.write("out.jsonl", "mine");
  EXPECT_THROW(finished_summary(scene.paths), base::UsageError) << "no run wrote it";
  EXPECT_THROW(remove_earlier_run(scene.paths), base::UsageError) << "and no run removes it";
  EXPECT_EQ(read_bytes(scene.paths.final_path), "mine");
  scene.directory.write("out.summary.json", summary_of({5, ""}, scene.identity));
  EXPECT_THROW(finished_summary(scene.paths), base::DataError) << "four bytes, not five";
  scene.directory.write("out.summary.json", summary_of({4, base::sha256("mine")}, scene.identity));
  EXPECT_TRUE(finished_summary(scene.paths));
  scene.directory.write("out.jsonl", "nine");
  const auto now = fs::last_write_time(scene.paths.summary) + std::chrono::seconds(1);
  fs::last_write_time(scene.paths.final_path, now);
  EXPECT_THROW(finished_summary(scene.paths), base::DataError) << "as long, and changed since";
  scene.directory.write("out.jsonl", "mine");
  fs::last_write_time(scene.paths.final_path, now);
  EXPECT_TRUE(finished_summary(scene.paths)) << "touched only";
  scene.directory.write("out.summary.json", "{}");
  EXPECT_THROW(finished_summary(scene.paths), base::DataError);
  remove_earlier_run(scene.paths);
  EXPECT_FALSE(fs::exists(scene.paths.final_path));
}

}  // namespace
}  // namespace toolformer::record
