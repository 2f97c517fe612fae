// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/output.h"

#include <gmock/gmock.h>

#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"
#include "toolformer/base/sha256.h"

namespace toolformer::record {
namespace {

using fake::read_bytes;
using testing::HasSubstr;

struct Scene {
  fake::TemporaryDirectory directory;
  RunOptions options;
  StageIdentity stage{"test", {{"gamma", 1.0}, {"threads", 2}}, {{"model", "m"}}};
  Scene() {
    options.input = {directory.write("in/in.jsonl", "{\"text\":\"a\"}\n")};
    options.output = directory / "out";
  }
  std::unique_ptr<Output> open() {
    return open_output(options, stage, 4, expand_input(options.input));
  }
  std::string refusal() {
    return fake::refusal<base::UsageError>([&] { open(); });
  }
  void complete() {
    const auto output = open();
    BlockOutput block{"line\n", "", 1, {}};
    block.counts.count("records.written");
    output->commit(block, 1.5, 0.5);
    output->finish(2.5, 1.0);
  }
};

TEST(Output, WritesShardSummaryAndConfiguration) {
  Scene scene;
  scene.complete();
  EXPECT_EQ(read_bytes(scene.directory / "out/part-00000-of-00001.jsonl"), "line\n");
  const auto summary =
      nlohmann::json::parse(read_bytes(scene.directory / "out/part-00000-of-00001.summary.json"));
  EXPECT_EQ(summary["output"]["sha256"], base::sha256("line\n"));
  EXPECT_EQ(summary["output"]["records"], 1);
  EXPECT_EQ(summary["seconds"]["wall"], 2.5);
  EXPECT_EQ(summary["counts"]["records"]["written"], 1);
  EXPECT_GT(summary["peak_rss_bytes"], 1000000);
  EXPECT_EQ(summary["identity"]["fingerprints"]["model"], "m");
  EXPECT_EQ(
      nlohmann::json::parse(read_bytes(scene.directory / "out/run.json"))["config"]["threads"], 2);
}

TEST(Output, AFolderHoldsTheShardsOfOneCount) {
  Scene scene;
  scene.options.shard = {1, 3};
  scene.complete();
  scene.options.shard = {0, 4};
  EXPECT_THAT(scene.refusal(),
              testing::AllOf(HasSubstr("part-00001-of-00003.jsonl: is one of 3 shards"),
                             HasSubstr("this run writes shard 0 of 4")));
  scene.options.restart = true;
  EXPECT_THAT(scene.refusal(), HasSubstr("shards of one count")) << "those of others stay";
  scene.options.restart = false;
  scene.options.shard = {2, 3};
  EXPECT_FALSE(scene.open()->finished());
  scene.options.shard = {0, 1};
  EXPECT_THAT(scene.refusal(), HasSubstr("is one of 3 shards"));
  scene.options.output = scene.directory / "out/all.jsonl";
  EXPECT_FALSE(scene.open()->finished()) << "a file of its own";
}

TEST(Output, KnowsWhenNothingIsLeftToDo) {
  Scene scene;
  EXPECT_FALSE(scene.open()->finished());
  scene.complete();
  EXPECT_EQ(scene.open()->finished()->get("records.written"), 1);
  scene.stage.config["threads"] = 4;
  EXPECT_TRUE(scene.open()->finished());
  scene.stage.config["gamma"] = 2.0;
  EXPECT_THAT(scene.refusal(), HasSubstr("config.gamma = 1.0, this run has 2.0"));
  scene.options.restart = true;
  EXPECT_FALSE(scene.open()->finished());
}

TEST(Output, ShardsOfOneDirectoryHaveTheSameSettings) {
  Scene scene;
  scene.options.shard = {0, 2};
  scene.complete();
  scene.options.shard = {1, 2};
  scene.stage.config["gamma"] = 2.0;
  EXPECT_THAT(scene.refusal(), HasSubstr("run.json: was written with config.gamma = 1.0"));
}

TEST(Output, IsNeverAnInput) {
  Scene scene;
  scene.options.output = scene.directory / "in/../in/in.jsonl";
  EXPECT_THAT(scene.refusal(), HasSubstr("is one of the inputs"));
  EXPECT_EQ(read_bytes(scene.directory / "in/in.jsonl"), "{\"text\":\"a\"}\n");
}

TEST(Output, AStreamIsNotGoneOnWith) {
  Scene scene;
  scene.complete();
  scene.options.input = {"-"};
  EXPECT_THAT(scene.refusal(), HasSubstr("begin again with --restart"));
}

}  // namespace
}  // namespace toolformer::record
