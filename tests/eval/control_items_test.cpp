// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/control_items.h"

#include <gtest/gtest.h>

namespace toolformer::eval {
namespace {

Items two_items() {
  Items items;
  for (const char* input : {"3 * 4", "what?"}) {
    record::Document item{.id = input, .text = "The answer is"};
    item.meta = {{"ideal", input}};
    items.documents.push_back(item);
  }
  return items;
}

TEST(ControlItems, TheIdealCallStandsBehindThePrompt) {
  const Options options;
  RunTools tools(options);
  Task task;
  task.ideal_tool = "Calculator";
  const ControlItems made = control_items(task, two_items(), Control::kIdeal, tools);
  EXPECT_EQ(made.items.documents[0].text, "The answer is [Calculator(3 * 4) -> 12]");
  EXPECT_EQ(made.items.documents[1].text, "The answer is");
  EXPECT_EQ(made.errors, (std::map<std::string, std::size_t>{{"bad_input", 1}}));
}

TEST(ControlItems, WhatIsRetrievedStandsBeforeIt) {
  const Options options;
  RunTools tools(options);
  Task task;
  task.ideal_tool = "Calculator";
  const ControlItems made = control_items(task, two_items(), Control::kRetrieval, tools);
  EXPECT_EQ(made.items.documents[0].text, "12\nThe answer is");
}

}  // namespace
}  // namespace toolformer::eval
