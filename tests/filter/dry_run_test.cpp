// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/dry_run.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <sstream>

#include "fake/temporary_directory.h"

namespace toolformer::filter {
namespace {

using ::testing::HasSubstr;

TEST(DryRun, CountsCallsAndWritesNothing) {
  const fake::TemporaryDirectory directory;
  record::RunOptions run;
  run.input = {directory.write(
      "in.jsonl",
      R"({"id":"a","text":"xyz","calls":[{"tool":"T","at":1,"input":"1"},{"tool":"T","at":1,"input":"1"},)"
      R"({"tool":"T","at":2,"input":"1","result":"2"}]})"
      "\nnot json\n"
      R"({"id":"b","text":"none"})"
      "\n")};
  Options options;
  options.steps = {"execute"};
  std::ostringstream out;
  dry_run(run, options, nullptr, out);
  EXPECT_THAT(out.str(), HasSubstr("documents: 2, unusable: 1, calls: 3\n"));
  EXPECT_THAT(out.str(), HasSubstr("T: 3 calls, 2 without a result yet, 2 distinct\n"));
  EXPECT_THAT(out.str(), testing::Not(HasSubstr("estimated")));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory.path()), {}), 1);
}

}  // namespace
}  // namespace toolformer::filter
