// SPDX-License-Identifier: Apache-2.0
#include "toolformer/annotate/dry_run.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "fake/table_language_model.h"
#include "fake/temporary_directory.h"

namespace toolformer::annotate {
namespace {

using ::testing::HasSubstr;

TEST(DryRun, ShowsTheFirstPromptInFullAndCounts) {
  const fake::TemporaryDirectory directory;
  std::ofstream(directory / "calculator.demos.txt") << "Two is [Calculator(1 + 1) -> 2] 2.\n";
  std::ofstream(directory / "in.jsonl") << R"({"id":"a","text":"1 + 2 = 3"})"
                                        << "\n"
                                        << "not json\n"
                                        << R"({"id":"b","text":"none"})"
                                        << "\n";
  record::RunOptions run;
  run.input = {directory / "in.jsonl"};
  Options options;
  options.prompts = directory.path().string();
  options.preselect = true;
  fake::TableLanguageModel model(std::make_unique<fake::TableTokenizer>(fake::call_pieces()), {});
  std::ostringstream out;
  dry_run(run, options, model, out);
  EXPECT_THAT(out.str(), HasSubstr("Two is [Calculator(1 + 1) -> 2] 2.\n\n1 + 2 = 3\n"));
  EXPECT_THAT(out.str(), HasSubstr("continue behind ` [Calculator(`"));
  EXPECT_THAT(out.str(), HasSubstr("documents: 2 (13 tokens), unusable: 1"));
  EXPECT_THAT(out.str(), HasSubstr("Calculator: 1 documents"));
  EXPECT_THAT(out.str(), HasSubstr("9 tokens to read, at most 200 samples of at most 48 tokens"));
  EXPECT_THAT(out.str(), HasSubstr("(measured on 2 of the documents)\n"));
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(directory.path()))
    ++files;
  EXPECT_EQ(files, 2U);
}

}  // namespace
}  // namespace toolformer::annotate
