// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/run_identity.h"

#include <gmock/gmock.h>

#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"
#include "toolformer/base/sha256.h"

namespace toolformer::record {
namespace {

using Json = nlohmann::ordered_json;
using testing::HasSubstr;

std::string refusal(const Json& before, const Json& now) {
  return fake::refusal<base::UsageError>([&] { refuse_other_run("x.state", before, now); });
}

struct Scene {
  fake::TemporaryDirectory directory;
  RunOptions options;
  StageIdentity stage{
      "filter",
      {{"gamma", 1.0}, {"tools", {"A", "B"}}, {"threads", 2}, {"model", "/a/m.gguf"}},
      {{"model", "m1"}}};
  Json identity(std::size_t block_size = 16, const Json& earlier = nullptr) {
    options.input = {directory / "in.jsonl"};
    return run_identity(options, stage, block_size, expand_input(options.input), earlier);
  }
};

TEST(RunIdentity, NamesEveryFieldThatDiffers) {
  Scene scene;
  scene.directory.write("in.jsonl", "one");
  const Json before = scene.identity();
  EXPECT_EQ(refusal(before, scene.identity()), "accepted");
  const auto changed = [&](const auto& change) {
    Scene other;
    other.directory.write("in.jsonl", "one");
    change(other);
    return refusal(before, other.identity());
  };
  EXPECT_EQ(changed([](Scene&) {}), "accepted")
      << "a copy of the input elsewhere is the same input";
  EXPECT_THAT(changed([](Scene& s) { s.stage.config["gamma"] = 0.5; }),
              HasSubstr("x.state: was written with config.gamma = 1.0, this run has 0.5"));
  EXPECT_THAT(changed([](Scene& s) { s.stage.config["new"] = 1; }),
              HasSubstr("config.new = nothing, this run has 1"));
  EXPECT_THAT(changed([](Scene& s) { s.stage.config.erase("tools"); }),
              HasSubstr("config.tools = [\"A\",\"B\"], this run has nothing"));
  EXPECT_THAT(changed([](Scene& s) { s.stage.fingerprints["model"] = "m2"; }),
              HasSubstr("fingerprints.model = \"m1\", this run has \"m2\""));
  EXPECT_THAT(changed([](Scene& s) { s.stage.stage = "annotate"; }),
              HasSubstr("stage = \"filter\""));
  EXPECT_THAT(changed([](Scene& s) { s.options.seed = 3; }), HasSubstr("seed = 0, this run has 3"));
  EXPECT_THAT(changed([](Scene& s) { s.options.limit = 3; }),
              HasSubstr("limit = null, this run has 3"));
  EXPECT_THAT(changed([](Scene& s) {
                s.options.shard = {0, 2};
              }),
              HasSubstr("shard = \"0/1\", this run has \"0/2\""));
  EXPECT_THAT(changed([](Scene& s) { s.directory.write("in.jsonl", "two"); }),
              HasSubstr("input[0].sha256"));
  EXPECT_THAT(changed([](Scene& s) { s.directory.write("in.jsonl", "more"); }),
              HasSubstr("input[0].size = 3, this run has 4"));
}

TEST(RunIdentity, WhatCannotChangeAResultMayDiffer) {
  Scene scene;
  scene.directory.write("in.jsonl", "one");
  const Json before = scene.identity();
  scene.stage.config["threads"] = 8;
  scene.stage.config["workers"] = 4;
  scene.stage.config["progress"] = "none";
  scene.stage.config["model"] = "/b/m.gguf";
  scene.options.strict = true;
  EXPECT_EQ(refusal(before, scene.identity()), "accepted");
}

TEST(RunIdentity, HashesInputsAgainOnlyWhenTheyMayHaveChanged) {
  Scene scene;
  scene.directory.write("in.jsonl", "one");
  Json earlier = scene.identity();
  EXPECT_EQ(earlier["input"][0]["sha256"], base::sha256("one"));
  earlier["input"][0]["sha256"] = "remembered";
  EXPECT_EQ(scene.identity(16, earlier)["input"][0]["sha256"], "remembered");
  earlier["input"][0]["modified_ns"] = 1;
  EXPECT_EQ(scene.identity(16, earlier)["input"][0]["sha256"], base::sha256("one"));
}

TEST(RunIdentity, RunFileIsTheSameForAllShards) {
  StageIdentity a{"filter", {{"gamma", 1}, {"shard", "0/2"}}, {}},
      b{"filter", {{"gamma", 1}, {"shard", "1/2"}}, {}};
  EXPECT_EQ(run_configuration(a), run_configuration(b));
  EXPECT_EQ(run_configuration(a)["config"]["gamma"], 1);
}

}  // namespace
}  // namespace toolformer::record
