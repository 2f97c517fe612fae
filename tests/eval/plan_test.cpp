// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"

namespace toolformer::eval {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> row_names(const Options& options, const std::string& model,
                                   const std::string& ideal_tool = "") {
  Task task;
  task.ideal_tool = ideal_tool;
  std::vector<std::string> names;
  for (const RowPlan& row : plan_rows(options, task, model)) names.push_back(row.name);
  return names;
}

TEST(Plan, OneRowPerModelAndWayOfDecoding) {
  Options options;
  EXPECT_THAT(row_names(options, "tf"), ElementsAre("tf (disabled)", "tf k=1", "tf k=10"));
  options.call_top_k = {0, 1};
  EXPECT_THAT(row_names(options, "tf"), ElementsAre("tf (disabled)", "tf"));
  options.without_tools = {"base"};
  EXPECT_THAT(row_names(options, "base"), ElementsAre("base (disabled)"));
}

TEST(Plan, CeilingsAndControlsAreRowsBehindThem) {
  Options options;
  options.call_top_k = {0, 1};
  options.results = {Results::kReal, Results::kShuffled, Results::kIdeal};
  options.controls = {Extra::kDemonstrations, Extra::kRetrieval};
  options.without_tools = {"base"};
  EXPECT_THAT(row_names(options, "base", "WikiSearch"),
              ElementsAre("base (disabled)", "base (ideal call)", "base (demonstrations)",
                          "base (always retrieve)"));
  EXPECT_THAT(row_names(options, "tf", "WikiSearch"),
              ElementsAre("tf (disabled)", "tf", "tf (results shuffled)", "tf (ideal call)",
                          "tf (always retrieve)"));
  EXPECT_THAT(
      row_names(options, "tf"),
      ElementsAre("tf (disabled)", "tf", "tf (results shuffled)"));  // no ideal call is named
  options.without_tools = {};
  EXPECT_THAT(row_names(options, "tf"),
              ElementsAre("tf (disabled)", "tf", "tf (results shuffled)", "tf (demonstrations)"));
}

TEST(Plan, EveryRowHasAFileOfItsOwn) {
  Options options;
  Task task;
  task.name = "t";
  std::set<std::filesystem::path> files;
  for (const Control control : {Control::kNone, Control::kShuffled, Control::kIdeal,
                                Control::kRetrieval, Control::kDemonstrations})
    files.insert(cell_file(options, task, {"m", "m", 1, control}));
  EXPECT_EQ(files.size(), 5U);
  EXPECT_EQ(items_file(options, task, Control::kShuffled), items_file(options, task));
  EXPECT_NE(items_file(options, task, Control::kIdeal),
            items_file(options, task, Control::kRetrieval));
}

class PlanTasks : public testing::Test {
 protected:
  PlanTasks() {
    directory_.write("tasks/mine.toml",
                     "prompt = \"{q}\"\nanswers = \"{a}\"\n[[rule]]\ntake = \"whole\"\n");
    options_.task_directory = directory_ / "tasks";
    options_.tasks = {"mine"};
    options_.run.output = directory_ / "out";
  }
  std::string refused() {
    return fake::refusal<base::UsageError>([&] { plan_tasks(options_); });
  }
  fake::TemporaryDirectory directory_;
  Options options_;
  const std::string data_ = directory_.write("a.jsonl", "{\"q\": \"Q?\", \"a\": \"A\"}\n{}\n");
};

TEST_F(PlanTasks, ReadsTasksAndTexts) {
  options_.data = {"mine=" + data_};
  options_.perplexity = {directory_.write("wiki.test.txt", "some text")};
  const std::vector<PlannedTask> tasks = plan_tasks(options_);
  ASSERT_EQ(tasks.size(), 2u);
  EXPECT_EQ(tasks[0].items.documents.size(), 1u);
  EXPECT_EQ(tasks[1].task.name, "wiki");
  EXPECT_EQ(tasks[1].task.kind, Task::Kind::kPerplexity);
  const std::string shown = describe(options_, tasks);
  EXPECT_THAT(shown, HasSubstr("task mine (version 1): 1 items"));
  EXPECT_THAT(shown, HasSubstr("1 rows left out"));
  EXPECT_THAT(shown, HasSubstr("Q?\n  gold: [\"A\"]"));
}

TEST_F(PlanTasks, DataIsForAllTasksOfTheName) {
  std::filesystem::copy_file(directory_ / "tasks/mine.toml", directory_ / "tasks/mine-too.toml");
  options_.tasks = {"mine", "mine-too"};
  options_.data = {"mine=" + data_};
  EXPECT_EQ(plan_tasks(options_).at(1).source, data_);
  const std::string other = directory_.write("b.jsonl", "{\"q\": \"P?\", \"a\": \"A\"}\n");
  options_.data.push_back("mine-too=" + other);
  EXPECT_EQ(plan_tasks(options_).at(1).source, other);
}

TEST_F(PlanTasks, DataAndTasksMustFit) {
  EXPECT_THAT(refused(), HasSubstr("--data mine=FILE"));
  options_.data = {"mine=" + data_, "other=" + data_};
  EXPECT_THAT(refused(), HasSubstr("other"));
  options_.data = {"mine=" + data_};
  options_.perplexity = {directory_.write("mine.txt", "text")};
  EXPECT_THAT(refused(), HasSubstr("two tasks are named mine"));
}

}  // namespace
}  // namespace toolformer::eval
