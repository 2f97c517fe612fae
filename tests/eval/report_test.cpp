// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace toolformer::eval {
namespace {

using testing::HasSubstr;

const std::vector<TextTable> kTables = {
    {.title = "t",
     .rows = {{"", "right"}, {"base", "1.0"}, {"tuned model", "2.0"}},
     .notes = {"n"}}};

TEST(Report, ATerminalGetsColumns) {
  EXPECT_EQ(to_terminal(kTables),
            "t\n"
            "               right\n"
            "  base         1.0\n"
            "  tuned model  2.0\n"
            "  n\n");
}

TEST(Report, MarkdownGetsATable) {
  EXPECT_EQ(to_markdown(kTables),
            "### t\n\n"
            "|  | right |\n"
            "|---|---|\n"
            "| base | 1.0 |\n"
            "| tuned model | 2.0 |\n"
            "\nn\n");
}

}  // namespace
}  // namespace toolformer::eval
