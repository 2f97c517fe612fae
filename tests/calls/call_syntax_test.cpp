// SPDX-License-Identifier: Apache-2.0
#include "toolformer/calls/call_syntax.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "toolformer/base/error.h"
#include "toolformer/calls/call_markers.h"

namespace toolformer::calls {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;
using State = Scan::State;

const Markers kText;
const Markers& kToken = kTokenMarkers;

std::vector<Markers> marker_sets() {
  return {kText,
          kToken,
          {"<API>", " </API>", " -> "},
          {"<API> ", "</API>\n", "\n→\n"},
          {"[[", "]]", "=>"},
          {"⟦", "⟧", " → "},
          {"--", "aa", "ab"}};
}

TEST(CallSyntax, PrintsOrdinaryCallsAsTheyAre) {
  EXPECT_EQ(print_call(kText, {"Calculator", "(2 + 3) * 4", "20"}),
            " [Calculator((2 + 3) * 4) -> 20]");
  EXPECT_EQ(print_call(kText, {"QA", "Who wrote \"Emma\", and when?", std::nullopt}),
            " [QA(Who wrote \"Emma\", and when?)]");
  EXPECT_EQ(print_call(kText, {"T", R"({"a":[1,2],"path":"C:\new"})", std::nullopt}),
            R"( [T({"a":[1,2],"path":"C:\new"})])");
  EXPECT_EQ(print_call(kToken, {"Calendar", "", "Today is Thursday, April 25, 2019."}),
            "<API>Calendar()->Today is Thursday, April 25, 2019.</API>");
  EXPECT_EQ(print_call(kToken, {"T", "x", "a < b ] c"}), "<API>T(x)->a < b ] c</API>");
}

TEST(CallSyntax, EscapesWhatWouldEndAPartEarly) {
  EXPECT_EQ(print_call(kText, {"T", ":)", "a]b"}), R"( [T(:\)) -> a\]b])");
  EXPECT_EQ(print_call(kText, {"T", R"(\)", R"(\)"}), R"( [T(\\) -> \\])");
  EXPECT_EQ(print_call(kToken, {"T", "a->b", "x</API>y"}), R"(<API>T(a->b)->x\</API>y</API>)");
  EXPECT_EQ(print_call({"[[", "]]", "=>"}, {"T", "", "]"}), R"([[T()=>\]]])");
}

TEST(CallSyntax, GivesTheHeadAndTheArrow) {
  EXPECT_EQ(call_head(kText, "Calculator"), " [Calculator(");
  EXPECT_EQ(call_until_arrow(kText, {"T", "1", std::nullopt}), " [T(1) ->");
  EXPECT_EQ(call_after_arrow(kText, "a]"), " a\\]]");
  EXPECT_EQ(call_after_arrow(kToken, "a]"), "a]</API>");
}

TEST(CallSyntax, RefusesToolNamesThatCouldNotBeReadBack) {
  for (const char* name : {"", "2x", "a b", "a(", "Ünit", "a-b"}) {
    EXPECT_FALSE(is_tool_name(name));
    EXPECT_THROW(print_call(kText, {name, "", std::nullopt}), base::DataError) << name;
  }
  EXPECT_TRUE(is_tool_name("_MT2"));
}

TEST(CallSyntax, RefusesMarkersThatCouldNotBeReadBack) {
  for (const Markers& markers : marker_sets()) EXPECT_NO_THROW(check(markers));
  EXPECT_THAT(
      [] {
        check({" [", " ", "->"});
      },
      ThrowsMessage<base::UsageError>(HasSubstr("close marker")));
  EXPECT_THAT(
      [] {
        check({" [", "]", ""});
      },
      ThrowsMessage<base::UsageError>(HasSubstr("arrow marker")));
  EXPECT_THAT(
      [] {
        check({"(", "]", "->"});
      },
      ThrowsMessage<base::UsageError>(HasSubstr("parenthesis")));
  EXPECT_THAT(
      [] {
        check({"[", "]", " ]>"});
      },
      ThrowsMessage<base::UsageError>(HasSubstr("two ways")));
}

std::string random_string(std::mt19937_64& random, const Markers& markers) {
  const std::vector<std::string> pieces = {"[",
                                           "]",
                                           "(",
                                           ")",
                                           "\\",
                                           "-",
                                           ">",
                                           " ",
                                           "\n",
                                           "\"",
                                           "'",
                                           ",",
                                           "<",
                                           "/",
                                           "API",
                                           "é",
                                           "→",
                                           "日",
                                           "\xf0\x9f\x98\x80",
                                           "\\\\",
                                           "()",
                                           ")]",
                                           "->",
                                           " -> ",
                                           "<API>",
                                           "</API>",
                                           std::string(1, '\0'),
                                           "1",
                                           "a",
                                           "b",
                                           "=",
                                           markers.open,
                                           markers.close,
                                           markers.arrow,
                                           "T(",
                                           "\\n",
                                           "\t",
                                           "\xff"};
  std::string out;
  for (std::size_t n = random() % 12; n > 0; --n) out += pieces[random() % pieces.size()];
  return out;
}

TEST(CallSyntax, ReadsBackWhateverItPrinted) {
  std::mt19937_64 random(1);
  const std::vector<std::string> tools = {"T", "Calculator", "_x9", "QA"};
  for (const Markers& markers : marker_sets()) {
    for (int i = 0; i < 40000; ++i) {
      WrittenCall call{tools[random() % tools.size()], random_string(random, markers),
                       std::nullopt};
      if (random() % 3 != 0) call.result = random_string(random, markers);
      const std::string printed = print_call(markers, call);
      const std::string text = printed + random_string(random, markers);
      const Scan scan = scan_call(markers, text, false);
      ASSERT_EQ(scan.state, State::kClosed) << text;
      ASSERT_EQ(scan.size, printed.size()) << text;
      ASSERT_EQ(scan.call, call) << text;
      if (!call.result) continue;
      const Scan at_arrow = scan_call(markers, text, true);
      ASSERT_EQ(at_arrow.state, State::kArrow) << text;
      ASSERT_EQ(at_arrow.call, (WrittenCall{call.tool, call.input, std::nullopt}));
      ASSERT_EQ(text.substr(0, at_arrow.size) + call_after_arrow(markers, *call.result), printed);
    }
  }
}

TEST(CallSyntax, NeverTakesBackWhatItReported) {
  std::mt19937_64 random(2);
  for (const Markers& markers : marker_sets()) {
    for (int i = 0; i < 20000; ++i) {
      std::string text =
          markers.open + (random() % 4 != 0 ? "T(" : "") + random_string(random, markers);
      if (random() % 2 == 0)
        text = print_call(markers, {"T", random_string(random, markers), "7"}) + "x";
      for (const bool stop_at_arrow : {false, true}) {
        const Scan full = scan_call(markers, text, stop_at_arrow);
        bool reported = false;
        for (std::size_t n = 0; n <= text.size(); ++n) {
          const Scan part = scan_call(markers, std::string_view(text).substr(0, n), stop_at_arrow);
          if (reported || part.state != State::kIncomplete) {
            ASSERT_EQ(part.state, full.state) << text << " cut at " << n;
            ASSERT_EQ(part.size, full.size) << text << " cut at " << n;
            ASSERT_EQ(part.call, full.call) << text << " cut at " << n;
            reported = true;
          }
        }
      }
    }
  }
}

TEST(CallSyntax, StopsOnDecodedTextWhateverTokensMerged) {
  EXPECT_EQ(scan_call(kText, " [Calculator((1+2)*3", true).state, State::kIncomplete);
  EXPECT_EQ(scan_call(kText, " [Calculator((1+2)*3)", true).state, State::kIncomplete);
  EXPECT_EQ(scan_call(kText, " [Calculator((1+2)*3", true).call.input, "(1+2)*3");
  EXPECT_EQ(scan_call(kText, " [Calculator(1\\(2) -", true).call.input, "1(2");
  const Scan closed = scan_call(kText, " [Calculator((1+2)*3)].", true);
  EXPECT_EQ(closed.state, State::kClosed);
  EXPECT_EQ(closed.call.input, "(1+2)*3");
  EXPECT_EQ(closed.size, std::string(" [Calculator((1+2)*3)]").size());
  for (const char* arrow : {"->", " ->", " -> ", "  ->  "}) {
    const Scan scan = scan_call(kText, std::string(" [MT(ja)") + arrow + "yes", true);
    EXPECT_EQ(scan.state, State::kArrow) << arrow;
    EXPECT_EQ(scan.call, (WrittenCall{"MT", "ja", std::nullopt}));
  }
  EXPECT_EQ(scan_call(kText, " [MT(ja)->yes]", false).call, (WrittenCall{"MT", "ja", "yes"}));
  EXPECT_EQ(scan_call(kText, " [ MT(ja) ]", false).call, (WrittenCall{"MT", "ja", std::nullopt}));
}

TEST(CallSyntax, SaysWhatCannotBecomeACall) {
  for (const char* text : {" (", " [1]", " [Calculator]", " [see the note]", " []", " [T(1)+2)]",
                           " [T(1) - 2]", " [Té("}) {
    EXPECT_EQ(scan_call(kText, text, false).state, State::kInvalid) << text;
  }
  for (const char* text : {"", " ", " [", " [Calc", " [T(1", " [T((1)", " [T(1) ", " [T(1) -",
                           " [T(1\\", " [T(1) -> 2"}) {
    EXPECT_EQ(scan_call(kText, text, false).state, State::kIncomplete) << text;
  }
}

record::Call kept(std::size_t at, std::string input, std::optional<std::string> result) {
  record::Call call;
  call.tool = "Calculator";
  call.at = at;
  call.input = std::move(input);
  call.result = std::move(result);
  call.keep = true;
  return call;
}

TEST(CallSyntax, RendersTheExampleOfTheContract) {
  record::Document document;
  document.text = "Of the 320 lamps, 48 (15%) failed in the first year.";
  document.calls = {kept(22, "48 / 320", "0.15"), kept(22, "48 / lamps", std::nullopt)};
  document.calls[1].keep = false;
  const std::string augmented = render_augmented(kText, document);
  EXPECT_EQ(augmented,
            "Of the 320 lamps, 48 ( [Calculator(48 / 320) -> 0.15]15%) failed in the first year.");
  EXPECT_EQ(strip_calls(kText, document, augmented), document.text);
}

TEST(CallSyntax, OrdersByPositionThenByTheList) {
  record::Document document;
  document.text = "ab";
  document.calls = {kept(2, "z", "3"), kept(1, "y", "2"), kept(1, "x", "1")};
  EXPECT_EQ(render_augmented(kToken, document),
            "a<API>Calculator(y)->2</API><API>Calculator(x)->1</API>b<API>Calculator(z)->3</API>");
}

TEST(CallSyntax, StripGivesTheTextBackWhateverItContains) {
  std::mt19937_64 random(3);
  for (const Markers& markers : marker_sets()) {
    for (int i = 0; i < 5000; ++i) {
      record::Document document;
      document.text = random_string(random, markers) +
                      print_call(markers, {"Calculator", random_string(random, markers), "5"}) +
                      random_string(random, markers);
      for (std::size_t n = random() % 4; n > 0; --n) {
        document.calls.push_back(kept(random() % (document.text.size() + 1),
                                      random_string(random, markers),
                                      random_string(random, markers)));
        document.calls.back().keep = random() % 3 != 0;
      }
      ASSERT_EQ(strip_calls(markers, document, render_augmented(markers, document)), document.text);
    }
  }
}

TEST(CallSyntax, RefusesWhatItCannotPlaceOrFind) {
  record::Document document;
  document.id = "s-1";
  document.text = "abc";
  document.calls = {kept(4, "1", "1")};
  EXPECT_THAT([&] { render_augmented(kText, document); },
              ThrowsMessage<base::DataError>(
                  HasSubstr("document s-1: a Calculator call at byte 4, but the text has 3")));
  document.calls = {kept(1, "1", "1")};
  const std::string augmented = render_augmented(kText, document);
  EXPECT_THROW(strip_calls(kText, document, "x" + augmented), base::DataError);
  EXPECT_THROW(strip_calls(kToken, document, augmented), base::DataError);
  EXPECT_THROW(strip_calls(kText, document, ""), base::DataError);
}

}  // namespace
}  // namespace toolformer::calls
