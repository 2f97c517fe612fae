// SPDX-License-Identifier: Apache-2.0
#include "toolformer/generate/chat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "decode/scripted_decoding.h"

namespace toolformer::generate {
namespace {

using fake::calling_script;
using fake::Line;
using fake::pieces;
using fake::ScriptedModel;
using testing::HasSubstr;
using testing::Not;

class ChatTest : public testing::Test {
 protected:
  ChatTest() {
    toolbox_.add(
        std::make_unique<fake::TableTool>(std::map<std::string, std::string>{{"1+1", "2"}}));
    options_.call_top_k = 3;
  }
  /// What a person sees who types these lines.
  std::string chat(const std::string& typed, std::vector<Line> script = calling_script()) {
    ScriptedModel model(pieces(), std::move(script));
    const calls::CallMarkers markers =
        calls::resolve_markers(model.tokenizer(), calls::MarkerChoice::kText);
    const decode::Setting setting = {.model = model,
                                     .toolbox = toolbox_,
                                     .markers = markers,
                                     .options = options_,
                                     .start = {},
                                     .seed = 0,
                                     .sequences = 1,
                                     .submit = {}};
    std::istringstream lines(typed);
    std::string seen;
    const ChatTerminal terminal = {
        .read_line = [&](const std::string&) -> std::optional<std::string> {
          std::string line;
          if (!std::getline(lines, line)) return std::nullopt;
          return line;
        },
        .write =
            [&](std::string_view text) {
              seen += text;
              return true;
            },
        .go_on = [this] { return tokens_until_interrupted_-- > 0; },
        .style = {}};
    Chat(setting, terminal).run();
    computed_twice_ = model.computed_twice;
    return seen;
  }

  tools::Toolbox toolbox_;
  decode::Options options_;
  int tokens_until_interrupted_ = 1000;
  std::size_t computed_twice_ = 0;
};

TEST_F(ChatTest, ShowsTextCallsAndWhatItCost) {
  const std::string seen = chat("Is\n");
  EXPECT_THAT(seen, testing::StartsWith("Is [Sum(1+1) -> 2] two.\n(2 tokens, "));
  EXPECT_THAT(seen, HasSubstr("in tools; end)"));
}

TEST_F(ChatTest, ShowsWhyACallFailed) {
  std::vector<Line> script = calling_script();
  script[4].next = {"x"};
  script.push_back({"(x", {")"}});
  script.push_back({"(x)", {" ->"}});
  EXPECT_THAT(chat("Is\n", script),
              HasSubstr("Is two!\nSum(x) came to nothing: bad_input: cannot be added\n"));
}

TEST_F(ChatTest, CommandsChangeHowTheNextLineIsContinued) {
  EXPECT_THAT(chat("/tools off\nIs\n"), HasSubstr("Is two!\n"));
  EXPECT_THAT(chat("/k 2\nIs\n"), HasSubstr("Is two!\n"));
  EXPECT_THAT(chat("/max-calls 0\nIs\n"), HasSubstr("Is two!\n"));
  EXPECT_THAT(chat("/max-new-tokens 1\nIs\n"), HasSubstr("-> 2] two\n(1 tokens"));
  EXPECT_THAT(chat("/tools off\n/reset\nIs\n"), HasSubstr("Is [Sum(1+1) -> 2] two.\n"));
  EXPECT_THAT(chat("/temperature 0.5\n/top-k 3\n/top-p 0.9\n/settings\n"),
              HasSubstr("temperature 0.5, top-k 3, top-p 0.9, keep off)"));
  EXPECT_EQ(chat("/quit\nIs\n"), "");
}

TEST_F(ChatTest, SaysWhatIsWrongAndGoesOn) {
  const std::string seen =
      chat("/tempreature 1\n/k many\n/tools maybe\n/temperature -1\n\xFF\n/help\nIs\n");
  EXPECT_THAT(seen, HasSubstr("there is no /tempreature, did you mean /temperature?"));
  EXPECT_THAT(seen, HasSubstr("/k takes a number, not \"many\""));
  EXPECT_THAT(seen, HasSubstr("/tools is on or off, not \"maybe\""));
  EXPECT_THAT(seen, HasSubstr("temperature"));
  EXPECT_THAT(seen, HasSubstr("no valid UTF-8 from byte 0 on"));
  EXPECT_THAT(seen, HasSubstr("/reset"));
  EXPECT_THAT(seen, HasSubstr("Is [Sum(1+1) -> 2] two.\n"));
}

TEST_F(ChatTest, AnInterruptionEndsTheAnswerOnly) {
  tokens_until_interrupted_ = 1;
  std::vector<Line> script = {{"", {"2"}}, {"x", {"<eos>"}}};
  EXPECT_THAT(chat("Is\nx\n", script), testing::AllOf(testing::StartsWith("Is22\n(2 tokens"),
                                                      HasSubstr("; cancelled)\nx\n")));
}

TEST_F(ChatTest, ALineContinuesWhatIsKept) {
  // "Is" two., then "!" behind it: read from the kept state.
  std::vector<Line> script = calling_script();
  script.push_back({".\n!", {"19"}});
  script.push_back({"19", {"<eos>"}});
  EXPECT_THAT(chat("/keep on\nIs\n!\n", script), HasSubstr("!19\n"));
  EXPECT_EQ(computed_twice_, 0u);
  EXPECT_THAT(chat("Is\n!\n", script), Not(HasSubstr("!19\n")));
}

}  // namespace
}  // namespace toolformer::generate
