// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/output_directory.h"

#include <gmock/gmock.h>

#include <chrono>

#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"

namespace toolformer::finetune {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const nlohmann::ordered_json kIdentity{{"seed", 1}, {"lr", 0.5}};

TEST(OutputDirectory, IsCompleteWithItsSummary) {
  const fake::TemporaryDirectory directory;
  {
    const OutputDirectory output(directory / "a/b", kIdentity);
    EXPECT_FALSE(output.complete());
    output.write_run({{"config", 1}});
    output.write_summary({{"steps", 3}});
  }
  EXPECT_FALSE(OutputDirectory(directory / "a/b", kIdentity).complete()) << "there is no model";
  directory.write("a/b/model.safetensors", "");
  EXPECT_TRUE(OutputDirectory(directory / "a/b", kIdentity).complete());
}

TEST(OutputDirectory, RefusesOtherSettingsUnlessRestarted) {
  const fake::TemporaryDirectory directory;
  {
    const OutputDirectory output(directory / "o", kIdentity);
    output.write_run({});
    output.write_summary({});
  }
  const nlohmann::ordered_json other{{"seed", 2}, {"lr", 0.5}};
  EXPECT_THROW(OutputDirectory(directory / "o", other), base::UsageError);
  EXPECT_FALSE(OutputDirectory(directory / "o", other, {.restart = true}).complete());
  EXPECT_FALSE(std::filesystem::exists(directory / "o/run.json"));
}

TEST(OutputDirectory, RestartLeavesStrangersAlone) {
  const fake::TemporaryDirectory directory;
  {
    const OutputDirectory output(directory / "o", kIdentity);
    output.write_run({});
  }
  directory.write("o/notes.txt", "mine");
  std::filesystem::create_directories(directory / "o/checkpoints/step-00000001");
  const OutputDirectory again(directory / "o", kIdentity, {.restart = true});
  EXPECT_TRUE(std::filesystem::exists(directory / "o/notes.txt"));
  EXPECT_FALSE(std::filesystem::exists(directory / "o/checkpoints"));
}

TEST(OutputDirectory, RefusesFilesOfSomebodyElse) {
  for (const char* name : {"config.json", "model.safetensors", "metrics.jsonl", "summary.json"}) {
    const fake::TemporaryDirectory directory;
    directory.write(name, "{}");
    EXPECT_THROW(OutputDirectory(directory.path(), kIdentity), base::UsageError) << name;
    EXPECT_THROW(OutputDirectory(directory.path(), kIdentity, {.restart = true}), base::UsageError);
  }
}

TEST(OutputDirectory, ARunFileThatIsNoneIsNamed) {
  for (const char* content : {"{}", "half", R"({"identity": 3})"}) {
    const fake::TemporaryDirectory directory;
    directory.write("run.json", content);
    EXPECT_THROW(OutputDirectory(directory.path(), kIdentity), base::DataError) << content;
    EXPECT_FALSE(OutputDirectory(directory.path(), kIdentity, {.restart = true}).complete());
  }
}

/// What it says of these settings where `before` was trained.
std::string refusal(const nlohmann::ordered_json& before, const nlohmann::ordered_json& now,
                    bool override_settings) {
  const fake::TemporaryDirectory directory;
  OutputDirectory(directory.path(), before).write_run({});
  directory.write("checkpoints/step-00000002/state.json", "");
  return fake::refusal<base::UsageError>([&] {
    const OutputDirectory again(directory.path(), now, {.override_settings = override_settings});
  });
}

TEST(OutputDirectory, NamesEveryChangeAndHowItIsAccepted) {
  EXPECT_EQ(refusal(kIdentity, {{"seed", 1.0}, {"lr", 0.5}}, false), "accepted");
  const nlohmann::ordered_json safe{{"seed", 1}, {"lr", 0.7}};
  EXPECT_THAT(
      refusal(kIdentity, safe, false),
      AllOf(HasSubstr("lr: 0.5 before, 0.7 now"), HasSubstr("--override"), HasSubstr("--restart")));
  EXPECT_EQ(refusal(kIdentity, safe, true), "accepted");
  // An option that this table has never heard of decides.
  const nlohmann::ordered_json unsafe{{"seed", 2}, {"lr", 0.7}, {"new", "x"}};
  EXPECT_THAT(
      refusal(kIdentity, unsafe, false),
      AllOf(HasSubstr("seed: 1 before, 2 now; lr: 0.5 before, 0.7 now; new: nothing before, "
                      "\"x\" now"),
            Not(HasSubstr("--override"))));
  EXPECT_THAT(refusal(kIdentity, unsafe, true),
              AllOf(HasSubstr("seed"), HasSubstr("new"), Not(HasSubstr("lr"))));
}

// Else a longer run would begin anew without a word.
TEST(OutputDirectory, OverrideNeedsACheckpointToGoOnFrom) {
  const fake::TemporaryDirectory directory;
  OutputDirectory(directory.path(), kIdentity).write_run({});
  const auto longer = [&] {
    return fake::refusal<base::UsageError>([&] {
      const OutputDirectory again(directory.path(), {{"seed", 1}, {"lr", 0.7}},
                                  {.override_settings = true});
    });
  };
  EXPECT_THAT(longer(),
              AllOf(HasSubstr("holds no checkpoint to go on from"), HasSubstr("--restart")));
  directory.write("checkpoints/step-00000002.unfinished/state.json", "");
  EXPECT_THAT(longer(), HasSubstr("holds no checkpoint"));
  directory.write("checkpoints/step-00000002/state.json", "");
  EXPECT_EQ(longer(), "accepted");
  OutputDirectory(directory.path(), kIdentity, {.override_settings = true});  // nothing changed
}

TEST(OutputDirectory, WhatWasChangedSinceIsNotComplete) {
  const fake::TemporaryDirectory directory;
  const OutputDirectory output(directory.path(), kIdentity);
  output.write_run({});
  for (const char* name : {"model.safetensors", "config.json", "tokenizer.json"})
    directory.write(name, "abc");
  output.write_summary({});
  EXPECT_TRUE(output.complete());
  for (const char* name : {"model.safetensors", "config.json", "tokenizer.json"}) {
    directory.write(name, "ab");
    EXPECT_THROW(output.complete(), base::DataError) << name;
    directory.write(name, "abd");
    std::filesystem::last_write_time(
        directory / name,
        std::filesystem::last_write_time(directory / "summary.json") + std::chrono::seconds(1));
    EXPECT_THROW(output.complete(), base::DataError) << name;
    std::filesystem::remove(directory / name);
    EXPECT_THROW(output.complete(), base::DataError) << name;
    directory.write(name, "abc");
    EXPECT_TRUE(output.complete());
  }
}

// A run that is refused later on must leave the complete one as it is.
TEST(OutputDirectory, ChangedSettingsTouchNothingBeforeTheRunIsWritten) {
  const fake::TemporaryDirectory directory;
  {
    const OutputDirectory output(directory.path(), kIdentity);
    output.write_run({});
    output.write_summary({});
  }
  directory.write("model.safetensors", "");
  directory.write("checkpoints/step-00000002/state.json", "");
  {
    const OutputDirectory output(directory.path(), {{"seed", 1}, {"lr", 0.7}},
                                 {.override_settings = true});
    EXPECT_FALSE(output.complete());
    EXPECT_TRUE(std::filesystem::exists(directory / "summary.json"));
  }
  EXPECT_TRUE(OutputDirectory(directory.path(), kIdentity).complete());
  OutputDirectory(directory.path(), {{"seed", 1}, {"lr", 0.7}}, {.override_settings = true})
      .write_run({});
  EXPECT_FALSE(std::filesystem::exists(directory / "summary.json"));
}

TEST(OutputDirectory, RefusesFilesAndStandardOutput) {
  const fake::TemporaryDirectory directory;
  directory.write("x.jsonl", "");
  EXPECT_THROW(OutputDirectory(directory / "x.jsonl", kIdentity), base::UsageError);
  EXPECT_THROW(OutputDirectory("-", kIdentity), base::UsageError);
  EXPECT_THROW(OutputDirectory("", kIdentity), base::UsageError);
}

}  // namespace
}  // namespace toolformer::finetune
