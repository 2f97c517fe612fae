// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/writer_of.h"

#include <gtest/gtest.h>

#include "fake/temporary_directory.h"

namespace toolformer::record {
namespace {

TEST(WriterOf, IsTheRunBesideTheFirstInputThatHasOne) {
  const fake::TemporaryDirectory directory;
  const std::string raw = directory.write("raw.jsonl", "{\"text\":\"a\"}\n");
  EXPECT_TRUE(writer_of({raw}).is_null());
  directory.write("out/part-00000-of-00001.jsonl", "{\"text\":\"a\"}\n");
  directory.write("out/run.json", R"({"stage":"annotate","config":{"k":5}})");
  EXPECT_EQ(writer_of({raw, directory / "out"})["config"]["k"], 5);
  EXPECT_TRUE(writer_of({"-"}).is_null());
  directory.write("one.jsonl.gz", "");
  directory.write("one.run.json", R"({"stage":"filter","config":{}})");
  EXPECT_EQ(writer_of({directory / "one.jsonl.gz"})["stage"], "filter");
  directory.write("one.run.json", "{}");
  EXPECT_TRUE(writer_of({directory / "one.jsonl.gz"}).is_null()) << "not what a run writes";
}

}  // namespace
}  // namespace toolformer::record
