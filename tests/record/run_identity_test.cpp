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
      {{"gamma", 1.0}, {"steps", {"A", "B"}}, {"threads", 2}, {"model", "/a/m.gguf"}},
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
  EXPECT_THAT(changed([](Scene& s) { s.stage.config.erase("steps"); }),
              HasSubstr("config.steps = [\"A\",\"B\"], this run has nothing"));
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

TEST(RunIdentity, ARuleHoldsForItsStagesAndTheirParts) {
  EXPECT_EQ(rule_of("filter", "gamma"), nullptr);
  EXPECT_EQ(rule_of("filter", "thread"), nullptr) << "the beginning of a name is another name";
  EXPECT_EQ(rule_of("filter", "threads")->on_change, OnChange::kNothing);
  EXPECT_EQ(rule_of("filter", "tools")->on_change, OnChange::kElsewhere);
  EXPECT_EQ(rule_of("annotate", "tools"), nullptr) << "nothing else says which are asked for";
  EXPECT_EQ(rule_of("finetune", "lr")->on_change, OnChange::kOverride);
  EXPECT_EQ(rule_of("eval/perplexity", "window"), nullptr);
  EXPECT_NE(rule_of("eval/task", "window"), nullptr);
  EXPECT_NE(rule_of("eval/task", "models"), nullptr);
  StageIdentity cell{"eval", {{"window", 1}, {"stop", "x"}, {"models", "a=m"}}, {}};
  EXPECT_EQ(deciding_config(cell), Json({{"window", 1}, {"stop", "x"}}));
  cell.part = "perplexity";
  EXPECT_EQ(deciding_config(cell), Json({{"window", 1}}));
}

TEST(RunIdentity, GoesOnFromWhatEarlierVersionsWrote) {
  const Json now = {{"stage", "eval"}, {"config", {{"task", "t"}, {"top-k", 3}, {"stop", ""}}}};
  Json before = {
      {"stage", "eval"},
      {"config", {{"task", "t"}, {"models", "a=m"}, {"decoding", {{"top-k", 3}, {"stop", ""}}}}}};
  EXPECT_EQ(refusal(before, now), "accepted");
  before["config"]["decoding"]["top-k"] = 4;
  EXPECT_THAT(refusal(before, now), HasSubstr("config.top-k = 4, this run has 3"));
  before["config"] = {{"task", "t"}, {"top-k", 3}, {"stop", ""}, {"gone", 1}};
  EXPECT_THAT(refusal(before, now), HasSubstr("config.gone = 1, this run has nothing"));
}

TEST(RunIdentity, AllDifferencesAreFound) {
  const auto found = differences({{"a", 1}, {"b", {1, 2}}, {"modified_ns", 1}},
                                 {{"b", {1, 3}}, {"c", true}, {"modified_ns", 2}});
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].field + found[0].before + found[0].now, "a1nothing");
  EXPECT_EQ(found[1].field + found[1].before + found[1].now, "b[1]23");
  EXPECT_EQ(found[2].field + found[2].before + found[2].now, "cnothingtrue");
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
