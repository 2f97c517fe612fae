// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/execute.h"

#include <gtest/gtest.h>

namespace toolformer::filter {
namespace {

/// Counts how often it is asked.
class Echo : public tools::Tool {
 public:
  explicit Echo(int& asked) : asked_(asked) {}
  std::string name() const override { return "Echo"; }
  std::string version() const override { return "1"; }
  tools::ToolTraits traits() const override { return {.uses_date = true}; }
  tools::Outcome call(std::string_view input, const tools::CallContext& context) const override {
    ++asked_;
    if (input == "bad") return tools::Outcome::error("bad_input", "not that");
    return tools::Outcome::value(std::string(input) + "@" + context.date.value_or("-"));
  }

 private:
  int& asked_;
};

class ExecuteTest : public ::testing::Test {
 protected:
  ExecuteTest() { toolbox_.add(std::make_unique<Echo>(asked_)); }

  static record::Document document(const std::vector<std::string>& inputs,
                                   const std::string& tool = "Echo") {
    record::Document result;
    result.id = "a";
    result.text = "text";
    for (const auto& input : inputs)
      result.calls.push_back({.tool = tool, .at = 1, .input = input});
    return result;
  }

  int asked_ = 0;
  tools::Toolbox toolbox_;
  OtherResults others_{toolbox_, {}, {}};
  record::Summary summary_;
};

TEST_F(ExecuteTest, RunsEqualCallsOnce) {
  auto one = document({"x", "y", "x", "x"});
  tools::Dispatcher dispatcher(toolbox_);
  Executor executor(dispatcher, others_);
  executor.execute(one, summary_);
  EXPECT_EQ(asked_, 2);
  EXPECT_EQ(*one.calls[0].result, "x@-");
  EXPECT_EQ(*one.calls[3].result, "x@-");
  EXPECT_EQ(summary_.get("executed.Echo.calls"), 4);
  EXPECT_EQ(summary_.get("executed.Echo.distinct"), 2);
  EXPECT_EQ(summary_.get("executed.Echo.ran"), 2);
  auto other = document({"x", "z"});
  executor.execute(other, summary_);
  EXPECT_EQ(asked_, 3);
  EXPECT_EQ(summary_.get("executed.Echo.distinct"), 4);
  EXPECT_EQ(summary_.get("executed.Echo.ran"), 3);
}

TEST_F(ExecuteTest, TheDateOfTheDocumentIsPartOfTheCall) {
  tools::Dispatcher dispatcher(toolbox_);
  Executor executor(dispatcher, others_);
  auto dated = document({"x"});
  dated.meta = {{"date", "2019-04-25"}};
  auto undated = document({"x"});
  executor.execute(undated, summary_);
  executor.execute(dated, summary_);
  EXPECT_EQ(*undated.calls[0].result, "x@-");
  EXPECT_EQ(*dated.calls[0].result, "x@2019-04-25");
}

TEST_F(ExecuteTest, ErrorsStandOnTheCallAndDropTheRest) {
  tools::Dispatcher dispatcher(toolbox_);
  Executor executor(dispatcher, others_);
  auto one = document({"bad", "good"});
  one.calls[0].result = "old";
  one.calls[0].keep = true;
  one.calls[0].reason = "old";
  one.calls[0].delta = 3;
  one.calls[0].loss = record::Losses{};
  one.calls[0].others = {"old"};
  one.calls[0].excluded = {"old"};
  one.calls[1].error = record::CallError{"old", "old"};
  one.augmented = "old";
  executor.execute(one, summary_);
  EXPECT_FALSE(one.calls[0].result);
  EXPECT_FALSE(one.calls[0].keep);
  EXPECT_FALSE(one.calls[0].reason);
  EXPECT_FALSE(one.calls[0].delta);
  EXPECT_FALSE(one.calls[0].loss);
  EXPECT_TRUE(one.calls[0].others.empty());
  EXPECT_TRUE(one.calls[0].excluded.empty());
  EXPECT_FALSE(one.augmented);
  ASSERT_TRUE(one.calls[0].error);
  EXPECT_EQ(one.calls[0].error->kind, "bad_input");
  EXPECT_FALSE(one.calls[1].error);
  EXPECT_EQ(summary_.get("executed.Echo.error.bad_input"), 1);
  EXPECT_EQ(summary_.get("executed.Echo.ok"), 1);
}

TEST_F(ExecuteTest, TheOtherResultsOfADocumentAreThoseOfItsOtherCalls) {
  tools::Dispatcher dispatcher(toolbox_);
  Executor executor(dispatcher, others_);
  auto one = document({"x", "y"});
  executor.execute(one, summary_);
  EXPECT_EQ(one.calls[0].others, std::vector<std::string>{"y@-"});
  EXPECT_EQ(one.calls[1].others, std::vector<std::string>{"x@-"});
}

TEST_F(ExecuteTest, AnUnknownToolIsAnErrorOfTheCall) {
  tools::Dispatcher dispatcher(toolbox_);
  Executor executor(dispatcher, others_);
  auto one = document({"x"}, "Oracle");
  executor.execute(one, summary_);
  EXPECT_FALSE(one.calls[0].result);
  ASSERT_TRUE(one.calls[0].error);
  EXPECT_EQ(one.calls[0].error->kind, "unknown_tool");
}

}  // namespace
}  // namespace toolformer::filter
