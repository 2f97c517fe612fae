// SPDX-License-Identifier: Apache-2.0
#include "toolformer/base/terminal.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "toolformer/base/error.h"

namespace toolformer::base {
namespace {

TEST(Terminal, EscapesWhatSteersATerminal) {
  EXPECT_EQ(escape_controls("\x1b[31mred\x1b[0m\a\r"), "\\x1b[31mred\\x1b[0m\\x07\\x0d");
  EXPECT_EQ(escape_controls(std::string("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(escape_controls("\xC2\x9B"
                            "31m"),
            "\\u009b31m");  // C1 control sequence introducer
}

TEST(Terminal, EscapesWhatReordersOrHidesText) {
  EXPECT_EQ(escape_controls("a\xE2\x80\xAE"
                            "b"),
            "a\\u202eb");  // right-to-left override
  EXPECT_EQ(escape_controls("\xE2\x81\xA6"), "\\u2066");
  EXPECT_EQ(escape_controls("\xEF\xBB\xBF"), "\\ufeff");
  EXPECT_EQ(escape_controls("\xF3\xA0\x80\x81"), "\\ue0001");  // tag character
}

TEST(Terminal, KeepsOrdinaryTextOfAnyScript) {
  const std::string text = "naïve שלום 日本 👩‍🚀";
  EXPECT_EQ(escape_controls(text), text);
}

TEST(Terminal, ShowsBytesThatAreNoUtf8) {
  EXPECT_EQ(escape_controls("a\xFF\xE2\x82"), "a\\xff\\xe2\\x82");
}

TEST(Terminal, TreatsNewlinesAsAsked) {
  EXPECT_EQ(escape_controls("a\n\tb"), "a\\n b");
  EXPECT_EQ(escape_controls("a\n\tb", true), "a\n b");
}

TEST(Terminal, MeasuresColumns) {
  EXPECT_EQ(display_width("abc"), 3u);
  EXPECT_EQ(display_width("日本"), 4u);
  EXPECT_EQ(display_width("e\xCC\x81"), 1u);  // e and a combining acute
  EXPECT_EQ(display_width(""), 0u);
}

TEST(Terminal, ColorFollowsTheChoiceAndElseTheTerminal) {
  EXPECT_TRUE(use_color(Color::kAlways, 1));
  EXPECT_FALSE(use_color(Color::kNever, 1));
  EXPECT_FALSE(use_color(Color::kAuto, -1));  // no terminal there
}

TEST(Terminal, WidthFallsBackToColumns) {
  setenv("COLUMNS", "72", 1);
  EXPECT_EQ(terminal_width(-1), 72u);
  setenv("COLUMNS", "3", 1);
  EXPECT_EQ(terminal_width(-1), 40u);
  setenv("COLUMNS", "wide", 1);
  EXPECT_EQ(terminal_width(-1, 90), 90u);
  unsetenv("COLUMNS");
}

}  // namespace
}  // namespace toolformer::base
