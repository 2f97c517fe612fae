// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/input_files.h"

#include <gmock/gmock.h>

#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"

namespace toolformer::record {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> names(const std::vector<std::string>& input) {
  std::vector<std::string> found;
  for (const InputFile& file : expand_input(input)) found.push_back(file.name);
  return found;
}

std::string refusal(const std::vector<std::string>& input) {
  return fake::refusal<base::UsageError>([&] { expand_input(input); });
}

TEST(ExpandInput, DirectoriesGiveTheirRecordFilesInOrder) {
  const fake::TemporaryDirectory directory;
  for (const char* name : {"b.jsonl.gz", "a.jsonl", "c.jsonl.zst", "a.rejects.jsonl",
                           "a.summary.json", "run.json", "notes.txt", "a.jsonl.state", ".jsonl"}) {
    directory.write(name, "");
  }
  EXPECT_THAT(names({directory.path().string()}),
              ElementsAre("a.jsonl", "b.jsonl.gz", "c.jsonl.zst"));
}

TEST(RefuseOverwriting, KnowsAnInputByAnyName) {
  const fake::TemporaryDirectory directory;
  directory.write("a.jsonl", "");
  std::filesystem::create_symlink("a.jsonl", directory / "link");
  std::filesystem::create_hard_link(directory / "a.jsonl", directory / "twin");
  const auto files = expand_input({directory.path().string()});
  for (const char* name : {"a.jsonl", "./a.jsonl", "../a.jsonl", "link", "twin"}) {
    std::filesystem::path path = directory / name;
    if (std::string_view(name).starts_with("..")) {
      path = directory.path() / ".." / directory.path().filename() / "a.jsonl";
    }
    EXPECT_THAT(fake::refusal<base::UsageError>([&] { refuse_overwriting(files, "--html", path); }),
                HasSubstr("--html " + path.string() + ": is one of the inputs"));
  }
  refuse_overwriting(files, "--html", directory / "b.jsonl");
  refuse_overwriting({{"-", "-"}}, "--html", directory / "a.jsonl");
}

TEST(ExpandInput, EveryShardMustBeThere) {
  const fake::TemporaryDirectory directory;
  directory.write("part-00000-of-00003.jsonl", "");
  directory.write("part-00002-of-00003.jsonl", "");
  EXPECT_THAT(refusal({directory.path().string()}),
              HasSubstr("2 of 3 shards of 'part' are complete; missing: 1/3; run the stage with "
                        "--shard 1/3 first"));
  directory.write("part-00001-of-00003.jsonl.gz", "");
  EXPECT_EQ(names({directory.path().string()}).size(), 3U);
  directory.write("part-00001-of-00003.jsonl", "");
  EXPECT_THAT(refusal({directory.path().string()}), HasSubstr("are the same shard"));
  std::filesystem::remove(directory / "part-00001-of-00003.jsonl");
  directory.write("part-00000-of-00001.jsonl", "");
  EXPECT_THAT(refusal({directory.path().string()}), HasSubstr("holds the shards of several runs"));
}

TEST(ExpandInput, UnfinishedFilesAreRefused) {
  const fake::TemporaryDirectory directory;
  directory.write("a.jsonl", "");
  const std::string part = directory.write("x.jsonl.part", "");
  EXPECT_THAT(refusal({directory.path().string()}), HasSubstr("x.jsonl.part: unfinished"));
  EXPECT_THAT(names({part}), ElementsAre("x.jsonl.part")) << "who names it reads what is there";
  EXPECT_THAT(notes_on_input({part}), ElementsAre(HasSubstr("x.jsonl.part: unfinished; only")));
}

TEST(ExpandInput, HiddenFilesAreLeftOutAndToldOnce) {
  const fake::TemporaryDirectory directory;
  for (const char* name : {"b.jsonl", "._b.jsonl", ".#b.jsonl.gz", ".DS_Store"})
    directory.write(name, "");
  const std::string folder = directory.path().string();
  EXPECT_THAT(names({folder}), ElementsAre("b.jsonl"));
  EXPECT_THAT(
      notes_on_input({folder}),
      ElementsAre(folder + ": left out: 2 hidden files (.#b.jsonl.gz, ._b.jsonl); name them "
                           "themselves to read them"));
  EXPECT_THAT(names({directory / "._b.jsonl"}), ElementsAre("._b.jsonl")) << "named itself";
  EXPECT_THAT(names({directory / "*.jsonl"}), ElementsAre("b.jsonl"));
  EXPECT_THAT(notes_on_input({directory / "b.jsonl"}), ElementsAre());
  std::filesystem::remove(directory / "b.jsonl");
  EXPECT_THAT(refusal({folder}),
              HasSubstr("each also .gz or .zst) in it; there are 2 hidden files"));
}

TEST(ExpandInput, WhatElseLooksLikeRecordsIsTold) {
  const fake::TemporaryDirectory directory;
  for (const char* name : {"a.jsonl", "a.rejects.jsonl", "a.jsonl.state", "more/b.jsonl",
                           "empty/x.md", "c.jsonl.xz", "D.JSONL", "e.ndjson", "f.parquet"})
    directory.write(name, "");
  EXPECT_THAT(
      notes_on_input({directory.path().string()}),
      ElementsAre(HasSubstr("left out: 1 folder with record files (more), 4 files of another "
                            "ending (D.JSONL, c.jsonl.xz, e.ndjson, ...)")));
  EXPECT_THAT(refusal({directory / "empty"}), HasSubstr("in it")) << "nothing to tell of";
}

TEST(ExpandInput, GlobsGiveRecordFilesOnly) {
  const fake::TemporaryDirectory directory;
  for (const char* name :
       {"x1.jsonl", "x2.jsonl.gz", "x1.rejects.jsonl", "x1.summary.json", "y.jsonl"})
    directory.write(name, "");
  EXPECT_THAT(names({directory / "x*"}), ElementsAre("x1.jsonl", "x2.jsonl.gz"));
  EXPECT_THAT(refusal({directory / "z*"}), HasSubstr("no record file"));
  directory.write("odd[1].jsonl", "");
  EXPECT_THAT(names({directory / "odd[1].jsonl"}), ElementsAre("odd[1].jsonl"))
      << "a file that is there is no pattern";
}

TEST(ExpandInput, SaysWhatIsMissing) {
  const fake::TemporaryDirectory directory;
  EXPECT_THAT(refusal({directory / "none.jsonl"}),
              HasSubstr("none.jsonl: no such file or directory"));
  EXPECT_THAT(refusal({directory.path().string()}), HasSubstr("no record files"));
  const std::string path = directory.write("a.jsonl", "");
  EXPECT_THAT(
      refusal({path, directory / "../" + directory.path().filename().string() + "/a.jsonl"}),
      HasSubstr("given twice"));
  EXPECT_THAT(names({"-"}), ElementsAre("-"));
  EXPECT_THAT(refusal({"-", "-"}), HasSubstr("given twice"));
}

TEST(ExpandInput, NamedFilesMayBeCalledAnything) {
  const fake::TemporaryDirectory directory;
  EXPECT_THAT(names({directory.write("words.txt", "")}), ElementsAre("words.txt"));
}

}  // namespace
}  // namespace toolformer::record
