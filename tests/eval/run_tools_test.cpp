// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/run_tools.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "toolformer/base/error.h"

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

}  // namespace
}  // namespace toolformer::eval
