// SPDX-License-Identifier: Apache-2.0
#include "toolformer/generate/show.h"

#include <gtest/gtest.h>

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
  EXPECT_EQ(show(answered(), false), "2 + 2 is [Calculator(2 + 2) -> 4] four.");
  EXPECT_EQ(show(answered(), true), "2 + 2 is\x1b[1;32m [Calculator(2 + 2) -> 4]\x1b[0m four.");
}

TEST(Show, TextSteersNoTerminal) {
  record::Document document;
  document.text = "a\x1b[2J\nb";
  EXPECT_EQ(show(document, true), "a\\x1b[2J\nb");
  EXPECT_EQ(show_failure(answered().calls[0]),
            "Calculator(2 +) came to nothing: bad_input: not\\x1b[2J a sum");
}

TEST(Show, LiveTextIsTheSamePieceByPiece) {
  const record::Document document = answered();
  std::string shown;
  LiveText live(
      true,
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
  EXPECT_EQ(shown, show(document, true));
  EXPECT_TRUE(watcher.go_on());
}

TEST(Show, EndsWhenNobodyReads) {
  std::size_t written = 0;
  LiveText live(
      false, [&](std::string_view) { return ++written < 2; }, [] { return true; });
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
