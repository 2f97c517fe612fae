// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/dry_run.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "fake/table_language_model.h"
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
  options.steps = {Step::kExecute};
  std::ostringstream out;
  dry_run(run, options, nullptr, out);
  EXPECT_THAT(out.str(), HasSubstr("documents: 2, unusable: 1, calls: 3\n"));
  EXPECT_THAT(out.str(), HasSubstr("T: 3 calls, 2 without a result yet, 2 distinct\n"));
  EXPECT_THAT(out.str(), testing::Not(HasSubstr("estimated")));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory.path()), {}), 1);
}

/// The fourfold corpus takes four times the tokens; the demonstrations are not among them.
TEST(DryRun, EstimatesTokensWithoutTheDemonstrations) {
  const fake::TemporaryDirectory directory;
  directory.write("calculator.demos.txt", std::string(2000, '9'));
  const std::string document =
      R"({"text":"1 = 1 and 2 = 2","calls":[{"tool":"Calculator","at":4,"input":"1"}]})"
      "\n";
  Options options;
  options.steps = {Step::kScore};
  options.prompts = directory.path().string();
  std::vector<double> tokens;
  for (const std::size_t copies : {4, 16}) {
    std::string lines;
    for (std::size_t i = 0; i < copies; ++i) lines += document;
    record::RunOptions run;
    run.input = {directory.write("in.jsonl", lines)};
    fake::TableLanguageModel model(
        std::make_unique<fake::TableTokenizer>(fake::call_pieces(), true), {});
    std::ostringstream out;
    dry_run(run, options, &model, out);
    const std::string label = "estimated for scoring: ";
    const std::size_t at = out.str().find(label);
    ASSERT_NE(at, std::string::npos) << out.str();
    tokens.push_back(std::stod(out.str().substr(at + label.size())));
  }
  EXPECT_GT(tokens[0], 0);
  EXPECT_LT(tokens[0], 4 * 200);
  EXPECT_EQ(tokens[1], 4 * tokens[0]);
}

}  // namespace
}  // namespace toolformer::filter
