// SPDX-License-Identifier: Apache-2.0
// Generations as a whole: their prompts, their tools, who looks on.
#include "toolformer/decode/tool_decoding.h"

#include <gtest/gtest.h>

#include "decode/scripted_decoding.h"
#include "toolformer/base/error.h"

namespace toolformer::decode {
namespace {

using fake::calling_script;
using fake::Decoding;
using fake::Line;
using fake::pieces;
using fake::ScriptedModel;

TEST(ToolDecoding, ToolsKnowTheDateOfTheDocument) {
  std::vector<Line> script = calling_script();
  script[4].next = {"date"};
  for (const auto& [after, next] : {std::pair{"(date", ")"}, {"(date)", " ->"}, {" -> 19]", "."}}) {
    script.push_back({after, {next}});
  }
  ScriptedModel model(pieces(), script);
  Decoding run;
  run.options.call_top_k = 3;
  const std::vector<Generation> generations = run(model, {{"p", "Is", {.date = "19"}}});
  EXPECT_EQ(generations[0].calls[0].result, "19");
}

TEST(ToolDecoding, RefusesWhatCannotBeContinued) {
  ScriptedModel model(pieces(), {{"", {"2"}}}, 2);
  EXPECT_THROW(Decoding{}.one(model, ""), base::DataError);
  EXPECT_THROW(Decoding{}.one(model, "IsIs"), base::DataError);
}

TEST(ToolDecoding, NoTokensAskedForNoTokensGiven) {
  ScriptedModel model(pieces(), calling_script());
  Decoding run;
  run.options.max_new_tokens = 0;
  EXPECT_EQ(run.one(model).text, "");
  EXPECT_TRUE(model.requests.empty());
}

/// What a watcher was told, with calls and failures written out.
struct Seen {
  std::string text, all;
  std::size_t pieces = 0;
  Watcher watcher = {.text =
                         [this](std::string_view more) {
                           text += more;
                           all += more;
                           ++pieces;
                         },
                     .call =
                         [this](const record::Call& call) {
                           all +=
                               call.error ? "{" + call.error->kind + "}" : "{" + *call.result + "}";
                         },
                     .go_on = {}};
};

TEST(ToolDecoding, AWatcherSeesTheTextAsItBecomesCertain) {
  ScriptedModel model(pieces(), calling_script());
  Decoding run;
  run.options.call_top_k = 3;
  run.options.max_calls = 2;
  Seen seen;
  const Generation generation = run(model, {{"p", "Is", {}, &seen.watcher}})[0];
  EXPECT_EQ(seen.text, generation.text);
  EXPECT_EQ(seen.all, "{2} two{2} two.");
  EXPECT_EQ(seen.pieces, 3u);
}

TEST(ToolDecoding, AWatcherNeverSeesWhatIsTakenBack) {
  ScriptedModel failing(pieces(), calling_script());
  Decoding run;
  run.options.call_top_k = 3;
  run.answers.clear();
  Seen seen;
  run(failing, {{"p", "Is", {}, &seen.watcher}});
  EXPECT_EQ(seen.all, "{bad_input} two!");

  // A --stop text that comes piece by piece, and one that does not come after all.
  for (const auto& [last, shown] : {std::pair{"x", "1+"}, {".", "1+1."}}) {
    ScriptedModel model(pieces(), {{"Is", {"1+1"}}, {"1+1", {last}}, {last, {"<eos>"}}});
    run.options.stop = "1x";
    Seen told;
    EXPECT_EQ(run(model, {{"p", "Is", {}, &told.watcher}})[0].text, shown);
    EXPECT_EQ(told.text, shown);
  }
}

TEST(ToolDecoding, AWatcherSeesWholeCharacters) {
  ScriptedModel model(pieces(), {{"Is", {"\xE2\x82"}},
                                 {"\xE2\x82", {"\xAC"}},
                                 {"\xAC", {"2"}},
                                 {"2", {"\xE2\x82", "<eos>"}}});
  Decoding run;
  run.options.max_new_tokens = 4;
  Seen seen;
  run(model, {{"p", "Is", {}, &seen.watcher}});
  EXPECT_EQ(seen.text,
            "\xE2\x82\xAC"
            "2\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(seen.pieces, 3u);
}

TEST(ToolDecoding, AWatcherMayEndTheText) {
  ScriptedModel model(pieces(), {{"", {"2"}}});
  Decoding run;
  std::size_t asked = 0;
  const Watcher watcher{.text = {}, .call = {}, .go_on = [&] { return ++asked < 3; }};
  const Generation generation = run(model, {{"p", "Is", {}, &watcher}})[0];
  EXPECT_EQ(generation.text, "222");
  EXPECT_EQ(generation.finish, Generation::Finish::kCancelled);
}

TEST(ToolDecoding, TheEndIsKeptToGoOnFrom) {
  ScriptedModel model(pieces(), calling_script());
  Decoding run;
  run.options.call_top_k = 3;
  const Generation generation = run(model, {{"p", "Is", {}, nullptr, true}})[0];
  EXPECT_EQ(generation.end.length, model.counters().tokens_forwarded);  // Is [Sum(1+1) -> 2] two.
  EXPECT_EQ(run.one(model).end.length, 0u);
}

TEST(ToolDecoding, NamesWhyATextEnded) {
  EXPECT_EQ(finish_name(Generation::Finish::kEnd), "end");
  EXPECT_EQ(finish_name(Generation::Finish::kStop), "stop");
  EXPECT_EQ(finish_name(Generation::Finish::kLength), "length");
  EXPECT_EQ(finish_name(Generation::Finish::kContext), "context");
  EXPECT_EQ(finish_name(Generation::Finish::kCancelled), "cancelled");
}

}  // namespace
}  // namespace toolformer::decode
