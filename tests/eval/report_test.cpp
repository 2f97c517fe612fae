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
  EXPECT_EQ(to_terminal(kTables, 80),
            "t\n"
            "               right\n"
            "  base         1.0\n"
            "  tuned model  2.0\n"
            "  n\n");
}

TEST(Report, AWideTableIsShownInParts) {
  const std::vector<TextTable> tables = {{.title = "t",
                                          .rows = {{"", "right", "more than base", "p"},
                                                   {"base", "1.0", "", "0.5"},
                                                   {"tuned", "2.0", "+1", "0.01"}},
                                          .notes = {}}};
  // 2 + 5 columns of names, then 2 + 5, 2 + 14 and 2 + 4: the third would end behind column 29.
  EXPECT_EQ(to_terminal(tables, 29),
            "t\n"
            "         right\n"
            "  base   1.0\n"
            "  tuned  2.0\n"
            "\n"
            "         more than base  p\n"
            "  base                   0.5\n"
            "  tuned  +1              0.01\n");
  EXPECT_EQ(to_terminal(tables, 36),
            "t\n"
            "         right  more than base  p\n"
            "  base   1.0                    0.5\n"
            "  tuned  2.0    +1              0.01\n");
  EXPECT_THAT(to_terminal(tables, 1), HasSubstr("         right\n")) << "a column is never cut";
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
