// SPDX-License-Identifier: Apache-2.0
#include "toolformer/generate/show.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace toolformer::generate {
namespace {

record::Document answered() {
  record::Document document;
  document.text = "2 + 2 is four.";
  document.calls = {{.tool = "Calculator", .at = 3, .input = "2 +", .keep = false},
                    {.tool = "Calculator", .at = 8, .input = "2 + 2", .result = "4", .keep = true}};
  document.calls[0].error = record::CallError{"bad_input", "not\x1b[2J a sum"};
  return document;
}

TEST(Show, CallsStandInLineAndInColour) {
  EXPECT_EQ(show(answered(), {}), "2 + 2 is [Calculator(2 + 2) -> 4] four.");
  EXPECT_EQ(show(answered(), {.color = true}),
            "2 + 2 is\x1b[1;32m [Calculator(2 + 2) -> 4]\x1b[0m four.");
}

TEST(Show, TextSteersNoTerminal) {
  record::Document document;
  document.text = "a\x1b[2J\nb";
  EXPECT_EQ(show(document, {.color = true}), "a\\x1b[2J\nb");
  EXPECT_EQ(show_failure(answered().calls[0]),
            "Calculator(2 +) came to nothing: bad_input: not\\x1b[2J a sum");
}

// What a file or a pipe gets: tabs of a Makefile, carriage returns, a mark of the byte order.
TEST(Show, WithoutATerminalTheBytesStay) {
  const ShowStyle style = {.escaped = false};
  record::Document document;
  document.text = "all:\n\tcc\r\n\xEF\xBB\xBF\x1b[2J";
  EXPECT_EQ(shown(document.text, style), document.text);
  document.calls = {{.tool = "T", .at = 5, .input = "a\tb", .result = "c\td", .keep = true}};
  EXPECT_EQ(show(document, style), "all:\n [T(a\tb) -> c\td]\tcc\r\n\xEF\xBB\xBF\x1b[2J");
  std::string written;
  LiveText live(
      style,
      [&](std::string_view text) {
        written += text;
        return true;
      },
      [] { return true; });
  live.watcher().text("all:\n");
  live.watcher().call(document.calls[0]);
  live.watcher().text("\tcc\r\n\xEF\xBB\xBF\x1b[2J");
  EXPECT_EQ(written, show(document, style));
}

TEST(Show, StandardOutputOfATestIsNoTerminal) {
  if (isatty(STDOUT_FILENO) != 0) GTEST_SKIP() << "a person looks on";
  EXPECT_FALSE(style_of_stdout(base::Color::kAuto).escaped);
  EXPECT_TRUE(style_of_stdout(base::Color::kAlways).color);
}

TEST(Show, LiveTextIsTheSamePieceByPiece) {
  const record::Document document = answered();
  std::string shown;
  LiveText live(
      {.color = true},
      [&](std::string_view text) {
        shown += text;
        return true;
      },
      [] { return true; });
  const decode::Watcher& watcher = live.watcher();
  watcher.call(document.calls[0]);
  watcher.text("2 + 2 ");
  watcher.text("is");
  watcher.call(document.calls[1]);
  watcher.text(" four.");
  EXPECT_EQ(shown, show(document, {.color = true}));
  EXPECT_TRUE(watcher.go_on());
}

TEST(Show, EndsWhenNobodyReads) {
  std::size_t written = 0;
  LiveText live(
      {}, [&](std::string_view) { return ++written < 2; }, [] { return true; });
  live.watcher().text("a");
  EXPECT_TRUE(live.watcher().go_on());
  live.watcher().text("b");
  EXPECT_FALSE(live.watcher().go_on());
  EXPECT_FALSE(live.is_read());
  live.watcher().text("c");
  EXPECT_EQ(written, 2u);
}

}  // namespace
}  // namespace toolformer::generate
