// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/run_tools.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"
#include "toolformer/record/document_json.h"

namespace toolformer::eval {
namespace {

using testing::ElementsAre;

TEST(RunTools, ATaskHasWhatItAllowsOfOneToolbox) {
  Options options;
  RunTools tools(options);
  const tools::Toolbox all = tools.allowed({});
  EXPECT_THAT(all.names(), ElementsAre("Calculator", "Calendar"));
  Task task;
  task.without_tools = {"Calendar"};
  const tools::Toolbox some = tools.allowed(task);
  EXPECT_THAT(some.names(), ElementsAre("Calculator"));
  EXPECT_EQ(some.find("Calculator")->tool, all.find("Calculator")->tool);
  task.tools = {"Calendar"};
  EXPECT_TRUE(tools.allowed(task).names().empty());
  EXPECT_FALSE(all.fingerprint() == some.fingerprint());
}

TEST(RunTools, AreNotMadeBeforeTheyAreNeeded) {
  Options options;
  options.toolbox.tools = {"WikiSearch"};  // without an index
  RunTools tools(options);
  EXPECT_THROW(tools.allowed({}), base::UsageError);
}

TEST(RunTools, RunsCalls) {
  const Options options;
  RunTools tools(options);
  tools::Outcome outcome;
  tools.submit()({"Calculator", "3 * 4", {}},
                 [&](tools::Outcome got) { outcome = std::move(got); });
  EXPECT_EQ(outcome.result, "12");
}

TEST(RunTools, ShufflesResultsAmongItems) {
  fake::TemporaryDirectory directory;
  record::Document item{.id = "a", .text = "x"};
  for (const char* result : {"12", "7", "99"}) {
    record::Call call{.tool = "Calculator", .input = "?"};
    call.result = result;
    item.calls.push_back(call);
  }
  directory.write("cell.jsonl", record::to_json_line(item) + "\n");
  const Options options;
  RunTools tools(options);
  const decode::SubmitCall submit = tools.submit_shuffled(directory / "cell.jsonl");
  const auto ask = [&](const std::string& tool, const std::string& input) {
    tools::Outcome outcome;
    submit({tool, input, {}}, [&](tools::Outcome got) { outcome = std::move(got); });
    return outcome;
  };
  const std::string first = ask("Calculator", "3 * 4").result;
  EXPECT_TRUE(first == "7" || first == "99") << first;
  EXPECT_EQ(ask("Calculator", "3 * 4").result, first);
  EXPECT_EQ(ask("Calculator", "3 *").error_kind, "bad_input");
  EXPECT_EQ(ask("Calendar", "").error_kind, "no_other_result");
}

}  // namespace
}  // namespace toolformer::eval
