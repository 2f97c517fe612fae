// SPDX-License-Identifier: Apache-2.0
// The decoding rule, token by token, with a scripted model.
#include "toolformer/decode/sequence.h"

#include <gtest/gtest.h>

#include "decode/scripted_decoding.h"

namespace toolformer::decode {
namespace {

using fake::calling_script;
using fake::Decoding;
using fake::expect_consistent;
using fake::Line;
using fake::pieces;
using fake::ScriptedModel;

TEST(Sequence, CallsWhenTheMarkerIsAmongTheKLikeliest) {
  ScriptedModel model(pieces(), calling_script());
  Decoding run;
  run.options.call_top_k = 3;
  const Generation generation = run.one(model);
  EXPECT_EQ(generation.text, " two.");
  ASSERT_EQ(generation.calls.size(), 1u);
  const record::Call& call = generation.calls[0];
  EXPECT_EQ(call.tool, "Sum");
  EXPECT_EQ(call.input, "1+1");
  EXPECT_EQ(call.result, "2");
  EXPECT_EQ(call.at, 2u);  // behind "Is"
  EXPECT_NEAR(*call.p_api, 0.25, 1e-6);
  EXPECT_EQ(generation.finish, Generation::Finish::kEnd);
  EXPECT_EQ(generation.new_tokens, 2u);
  EXPECT_EQ(model.computed_twice, 0u);
  // "Is" and " [", the call, the result with its marker, the text: each once.
  EXPECT_EQ(model.counters().tokens_forwarded, 2u + 5u + 2u + 2u);
  ASSERT_EQ(model.requests.size(), 3u);
  EXPECT_EQ(model.requests[0].forced_tokens, "Is");
  EXPECT_EQ(model.requests[0].call_top_k, 3u);
  EXPECT_EQ(model.requests[1].prefix, "Is [");
  EXPECT_EQ(model.requests[2].prefix, "Is [Sum(1+1) ->");
  EXPECT_EQ(model.requests[2].forced_tokens, " 2]");
  expect_consistent("Is", generation);
}

TEST(Sequence, DoesNotCallWhenTheMarkerIsLessLikely) {
  ScriptedModel model(pieces(), calling_script());
  Decoding run;
  run.options.call_top_k = 2;
  const Generation generation = run.one(model);
  EXPECT_EQ(generation.text, " two!");
  EXPECT_TRUE(generation.calls.empty());
}

TEST(Sequence, OneIsTheModelsOwnChoice) {
  std::vector<Line> script = calling_script();
  ScriptedModel shy(pieces(), script);
  Decoding run;
  run.options.call_top_k = 1;
  EXPECT_TRUE(run.one(shy).calls.empty());
  script[0].next = {" [", " two"};
  ScriptedModel bold(pieces(), script);
  EXPECT_EQ(run.one(bold).calls.size(), 1u);
}

TEST(Sequence, NoCallIsBegunBehindTheLastAllowedOne) {
  ScriptedModel model(pieces(), calling_script());
  Decoding run;
  run.options.call_top_k = 3;
  run.options.max_calls = 1;
  const Generation generation = run.one(model);
  EXPECT_EQ(generation.calls.size(), 1u);
  EXPECT_TRUE(generation.calls_used_up);
  EXPECT_EQ(model.requests.back().call_top_k, 0u);  // nor written as text
}

TEST(Sequence, MoreCallsWhenAllowed) {
  ScriptedModel model(pieces(), calling_script());
  Decoding run;
  run.options.call_top_k = 3;
  run.options.max_calls = 3;
  const Generation generation = run.one(model);
  ASSERT_EQ(generation.calls.size(), 3u);
  EXPECT_LT(generation.calls[0].at, generation.calls[1].at);  // text comes between two calls
  EXPECT_LT(generation.calls[1].at, generation.calls[2].at);
  EXPECT_EQ(model.computed_twice, 0u);
  expect_consistent("Is", generation);
}

TEST(Sequence, DisabledTakesBackACallTheModelWantsToWrite) {
  std::vector<Line> script = calling_script();
  script[0].next = {" [", " three", " two"};
  script.push_back({"Is three", {"."}});
  ScriptedModel model(pieces(), script);
  Decoding run;
  run.options.call_top_k = 0;
  const Generation generation = run.one(model);
  EXPECT_EQ(generation.text, " three.");
  EXPECT_TRUE(generation.calls.empty());
  EXPECT_EQ(model.computed_twice, 0u);
}

TEST(Sequence, DisabledLeavesABracketThatIsText) {
  std::vector<Line> script = {{"Is", {" ["}}, {" [", {"x"}}, {" [x", {"]"}}, {"]", {"<eos>"}}};
  ScriptedModel model(pieces(), script);
  Decoding run;
  run.options.call_top_k = 0;
  EXPECT_EQ(run.one(model).text, " [x]");
  EXPECT_EQ(model.computed_twice, 0u);
}

// "Is two!" without the call; what the model writes behind it is less likely, or likelier.
TEST(Sequence, ACallStaysWhereWhatFollowsIsLikelierWithIt) {
  for (const float p : {0.2F, 0.3F}) {
    std::vector<Line> script = calling_script();
    for (Line& line : script) {
      if (line.after == " [Sum(1+1) -> 2]" || line.after == " -> 2] two") line.p = p;
    }
    ScriptedModel model(pieces(), script);
    Decoding run;
    run.options.call_top_k = 3;
    run.options.call_branch = 2;
    const Generation generation = run.one(model);
    ASSERT_EQ(generation.calls.size(), 1u);
    if (p > 0.25F) {
      EXPECT_EQ(generation.text, " two.");
      EXPECT_EQ(generation.calls[0].result, "2");
    } else {
      EXPECT_EQ(generation.text, " two!");
      EXPECT_EQ(generation.calls[0].error->kind, "unlikelier");
      EXPECT_EQ(generation.calls[0].error->message,
                "what follows is likelier without it: -1.39 against -1.61 nats a token");
      EXPECT_FALSE(generation.calls[0].result.has_value());
    }
    ASSERT_GE(model.requests.size(), 4u);
    EXPECT_EQ(model.requests[2].prefix, "Is [Sum(1+1) ->");
    EXPECT_EQ(model.requests[2].forced_tokens, " 2]");
    EXPECT_EQ(model.requests[3].prefix, "Is");
    for (const std::size_t i : {2, 3}) {
      EXPECT_EQ(model.requests[i].max_tokens, 2u);
      EXPECT_EQ(model.requests[i].call_top_k, 0u);
    }
    // The last token of either is sampled and not read.
    EXPECT_EQ(fake::counted_tokens({generation}), model.counters().tokens_forwarded + 2);
    expect_consistent("Is", generation);
  }
}

TEST(Sequence, AToolErrorStaysInTheRecordAndLeavesTheText) {
  std::vector<Line> script = calling_script();
  ScriptedModel model(pieces(), script);
  Decoding run;
  run.options.call_top_k = 3;
  run.answers.clear();
  const Generation generation = run.one(model);
  EXPECT_EQ(generation.text, " two!");  // as without tools
  ASSERT_EQ(generation.calls.size(), 1u);
  EXPECT_EQ(generation.calls[0].error->kind, "bad_input");
  EXPECT_EQ(generation.calls[0].error->message, "cannot be added");
  EXPECT_EQ(generation.calls[0].keep, false);
  EXPECT_FALSE(generation.calls[0].result.has_value());
  EXPECT_EQ(model.requests[2].prefix, "Is");  // back before the marker, from the kept state
  EXPECT_EQ(model.requests[2].forced_tokens, "");
  EXPECT_EQ(model.requests[2].call_top_k, 0u);
  EXPECT_EQ(model.computed_twice, 0u);
  expect_consistent("Is", generation);
}

TEST(Sequence, AnUnknownToolIsAnError) {
  std::vector<Line> script = calling_script();
  script[2].next = {"Nope"};
  for (const std::string end : {"Nope", "Nope(", "Nope(1+1", "Nope(1+1)"}) {
    script.push_back({end,
                      {end == "Nope"       ? "("
                       : end == "Nope("    ? "1+1"
                       : end == "Nope(1+1" ? ")"
                                           : " ->"}});
  }
  ScriptedModel model(pieces(), script);
  Decoding run;
  run.options.call_top_k = 3;
  const Generation generation = run.one(model);
  EXPECT_EQ(generation.text, " two!");
  ASSERT_EQ(generation.calls.size(), 1u);
  EXPECT_EQ(generation.calls[0].tool, "Nope");
  EXPECT_EQ(generation.calls[0].error->kind, "unknown_tool");
}

TEST(Sequence, ACallClosedWithoutArrowIsAnError) {
  std::vector<Line> script = calling_script();
  script[5].next = {")]"};  // both markers in one token
  ScriptedModel model(pieces(), script);
  Decoding run;
  run.options.call_top_k = 3;
  const Generation generation = run.one(model);
  EXPECT_EQ(generation.text, " two!");
  ASSERT_EQ(generation.calls.size(), 1u);
  EXPECT_EQ(generation.calls[0].error->kind, "no_arrow");
  EXPECT_EQ(generation.calls[0].input, "1+1");
}

TEST(Sequence, FailedCallsAreBounded) {
  const std::vector<Line> script = {{"", {"2", " ["}}, {" [", {"Sum"}},    {" [Sum", {"("}},
                                    {" [Sum(", {"x"}}, {" [Sum(x", {")"}}, {" [Sum(x)", {" ->"}}};
  ScriptedModel model(pieces(), script);
  Decoding run;
  run.options.call_top_k = 2;
  run.options.max_failed_calls = 2;
  run.options.max_new_tokens = 6;
  const Generation generation = run.one(model);
  EXPECT_EQ(generation.text, "222222");
  EXPECT_EQ(generation.calls.size(), 2u);
  EXPECT_EQ(generation.calls[1].at, 3u);
  EXPECT_EQ(generation.finish, Generation::Finish::kLength);
  EXPECT_EQ(model.computed_twice, 0u);
}

TEST(Sequence, AForcedMarkerThatBecomesNoCallIsReplacedByTheModelsChoice) {
  std::vector<Line> script = calling_script();
  script[2].next = {"1+1"};  // " [1": no call
  ScriptedModel model(pieces(), script);
  Decoding run;
  run.options.call_top_k = 3;
  const Generation generation = run.one(model);
  EXPECT_EQ(generation.text, " two!");
  EXPECT_TRUE(generation.calls.empty());
  EXPECT_EQ(generation.not_calls, 1u);
}

TEST(Sequence, AMarkerTheModelChoseStaysTextWhenItBecomesNoCall) {
  const std::vector<Line> script = {
      {"Is", {" [", "2"}}, {" [", {"1+1"}}, {" [1+1", {"]"}}, {"]", {"<eos>"}}};
  for (const std::size_t k : {1, 3}) {
    ScriptedModel model(pieces(), script);
    Decoding run;
    run.options.call_top_k = k;
    const Generation generation = run.one(model);
    EXPECT_EQ(generation.text, " [1+1]");
    EXPECT_EQ(generation.new_tokens, 3u);
    EXPECT_EQ(generation.finish, Generation::Finish::kEnd);
    EXPECT_EQ(model.computed_twice, 0u);
  }
}

TEST(Sequence, ACallThatNeverEndsIsCutAtItsLimit) {
  std::vector<Line> script = calling_script();
  script[4].next = {"x"};
  script.push_back({"x", {"x"}});
  ScriptedModel model(pieces(), script);
  Decoding run;
  run.options.call_top_k = 3;
  run.options.max_call_tokens = 10;
  const Generation generation = run.one(model);
  EXPECT_EQ(generation.text, " two!");
  EXPECT_EQ(generation.not_calls, 1u);
  EXPECT_EQ(model.requests[1].max_tokens, 10u);
}

TEST(Sequence, AResultCannotCloseOrOpenACall) {
  std::vector<Line> script = calling_script();
  script.push_back({" [Sum(1+1) -> 2\\] [x]", {"."}});
  ScriptedModel model(pieces(), script);
  Decoding run;
  run.options.call_top_k = 3;
  run.answers = {{"1+1", "2] [x"}};
  const Generation generation = run.one(model);
  ASSERT_EQ(generation.calls.size(), 1u);
  EXPECT_EQ(generation.calls[0].result, "2] [x");
  EXPECT_EQ(model.requests[2].forced_tokens, " 2\\] [x]");
  EXPECT_EQ(generation.text, ".");
  expect_consistent("Is", generation);
}

TEST(Sequence, ALongResultIsCut) {
  std::vector<Line> script = calling_script();
  script.push_back({" [Sum(1+1) -> 22]", {"."}});
  ScriptedModel model(pieces(), script);
  Decoding run;
  run.options.call_top_k = 3;
  run.options.max_result_tokens = 2;
  run.answers = {{"1+1", "22222"}};
  const Generation generation = run.one(model);
  EXPECT_EQ(generation.calls[0].result, "22");
  EXPECT_EQ(generation.text, ".");
}

TEST(Sequence, TextBehindTheArrowInTheSameTokenIsTakenBack) {
  std::vector<Line> script = calling_script();
  script[6].next = {" -> 9"};  // the model began a result of its own
  ScriptedModel model(pieces(), script);
  Decoding run;
  run.options.call_top_k = 3;
  const Generation generation = run.one(model);
  EXPECT_EQ(generation.calls[0].result, "2");
  EXPECT_EQ(model.requests[2].prefix, "Is [Sum(1+1)");
  EXPECT_EQ(model.requests[2].forced_tokens, " -> 2]");
  EXPECT_EQ(generation.text, " two.");
  EXPECT_EQ(model.computed_twice, 0u);
}

TEST(Sequence, StopsBeforeTheStopText) {
  ScriptedModel model(pieces(), {{"Is", {"1+1"}}, {"1+1", {"x"}}, {"x", {"2"}}, {"2", {"<eos>"}}});
  Decoding run;
  run.options.stop = "1x";
  const Generation generation = run.one(model);
  EXPECT_EQ(generation.text, "1+");
  EXPECT_EQ(generation.finish, Generation::Finish::kStop);
}

TEST(Sequence, StopsAtTheEndOfTheContext) {
  ScriptedModel model(pieces(), {{"", {"2"}}}, 5);
  const Generation generation = Decoding{}.one(model);
  EXPECT_EQ(generation.text, "2222");
  EXPECT_EQ(generation.finish, Generation::Finish::kContext);
}

TEST(Sequence, AResultThatDoesNotFitIsAnError) {
  ScriptedModel model(pieces(), calling_script(), 9);  // the call alone fits
  Decoding run;
  run.options.call_top_k = 3;
  const Generation generation = run.one(model);
  EXPECT_EQ(generation.text, " two!");
  ASSERT_EQ(generation.calls.size(), 1u);
  EXPECT_EQ(generation.calls[0].error->kind, "no_room");
}

TEST(Sequence, NothingIsPutInsideACharacter) {
  std::vector<Line> script = calling_script();
  script[0].next = {"\xE2\x82"};
  script.push_back({"\xE2\x82", {"\xAC", " ["}});
  script.push_back({"\xAC", {"."}});
  script[10].next = {"<eos>"};
  ScriptedModel model(pieces(), script);
  Decoding run;
  run.options.call_top_k = 3;
  const Generation generation = run.one(model);
  EXPECT_EQ(generation.text, "\xE2\x82\xAC.");
  EXPECT_TRUE(generation.calls.empty());
}

TEST(Sequence, TextThatIsNoUtf8IsReplaced) {
  ScriptedModel model(pieces(), {{"Is", {"\xE2\x82"}}, {"\xE2\x82", {"<eos>"}}});
  const Generation generation = Decoding{}.one(model);
  EXPECT_EQ(generation.text, "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(Sequence, TokenMarkers) {
  const std::vector<Line> script = {{"Is", {"2", "<API>"}},
                                    {"<API>", {"Sum"}},
                                    {"Sum", {"("}},
                                    {"(", {"1+1"}},
                                    {"1+1", {")"}},
                                    {")", {"->"}},
                                    {"->2</API>", {" two", "<API>"}},
                                    {"> two", {"<API>", "."}},
                                    {".", {"<eos>"}}};
  ScriptedModel model(pieces(), script);
  Decoding run;
  run.options.call_top_k = 2;
  run.markers = calls::MarkerChoice::kAuto;
  const Generation generation = run.one(model);
  EXPECT_EQ(generation.text, " two.");
  ASSERT_EQ(generation.calls.size(), 1u);
  EXPECT_EQ(generation.calls[0].result, "2");
  EXPECT_EQ(model.requests[1].call_top_k, 0u);  // no call inside a call
  EXPECT_EQ(model.requests[2].prefix, "Is<API>Sum(1+1)->");
  EXPECT_EQ(model.requests[2].forced_tokens, "2</API>");
  EXPECT_EQ(model.requests[2].call_top_k, 0u);  // behind the last call the marker is forbidden
  EXPECT_EQ(model.computed_twice, 0u);
}

}  // namespace
}  // namespace toolformer::decode
