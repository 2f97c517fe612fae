// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/run_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "fake/temporary_directory.h"
#include "toolformer/inspect/report.h"

namespace toolformer::inspect {
namespace {

class RunFilesOf : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& bytes) {
    const auto path = temporary_.path() / "run" / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << bytes;
  }
  void stage(const std::string& folder, const std::string& name) {
    write(folder + "/part-00000-of-00001.jsonl", "{\"text\":\"x\"}\n");
    write(folder + "/run.json", R"({"stage":")" + name + R"(","config":{}})");
  }
  fake::TemporaryDirectory temporary_;
};

TEST_F(RunFilesOf, TellsTheFilesOfAWholeRunApart) {
  stage("annotated/Calculator", "annotate");
  stage("filtered/Calculator", "filter");
  write("tools-1/metrics.jsonl", "{\"step\":1,\"loss\":2}\n");
  write("tools-1/checkpoints/step-1/old.jsonl", "{}\n");
  write("eval/results.json", "{\"tasks\":[]}");
  write("texts/plain.jsonl", "{\"text\":\"x\"}\n");
  write("documents.jsonl", "{\"text\":\"x\"}\n");
  const RunFiles found = find_run_files({(temporary_.path() / "run").string() + "/"});
  ASSERT_EQ(found.records.size(), 2u);
  EXPECT_EQ(found.records[1].name, "filtered/Calculator");
  EXPECT_EQ(found.records[1].stage, "filter");
  ASSERT_EQ(found.metrics.size(), 1u);
  EXPECT_EQ(found.metrics[0].name, "tools-1");
  EXPECT_EQ(found.results.size(), 1u);
  ASSERT_EQ(found.notes.size(), 2u);
  EXPECT_THAT(found.notes[0], testing::HasSubstr("documents.jsonl: no run.json beside it"));
  EXPECT_THAT(found.notes[1], testing::HasSubstr("plain.jsonl: no run.json beside it"));
  ASSERT_EQ(latest_records(found).size(), 1u);
  EXPECT_EQ(latest_records(found)[0].stage, "filter");
}

TEST_F(RunFilesOf, AMissingShardIsANote) {
  stage("filtered", "filter");
  std::filesystem::rename(temporary_.path() / "run/filtered/part-00000-of-00001.jsonl",
                          temporary_.path() / "run/filtered/part-00000-of-00002.jsonl");
  const RunFiles found = find_run_files({(temporary_.path() / "run").string()});
  ASSERT_EQ(found.records.size(), 1u);
  ASSERT_EQ(found.notes.size(), 1u);
  EXPECT_THAT(found.notes[0], testing::HasSubstr("missing: 1/2"));
}

}  // namespace
}  // namespace toolformer::inspect
