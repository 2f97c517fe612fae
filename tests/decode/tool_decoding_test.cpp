// SPDX-License-Identifier: Apache-2.0
// Rounds of rows.
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

TEST(ToolDecoding, RowsDoNotWaitForALongNeighbour) {
  std::vector<Line> script = calling_script();
  script.push_back({"x", {"x"}});  // the neighbour never ends
  ScriptedModel model(pieces(), script);
  Decoding run;
  run.options.call_top_k = 3;
  run.options.max_new_tokens = 100;
  const std::vector<Generation> both = run(model, {{"p", "Is", {}}, {"q", "x", {}}});
  EXPECT_EQ(both[0].text, " two.");
  EXPECT_EQ(both[1].text, std::string(100, 'x'));
  EXPECT_EQ(both[1].finish, Generation::Finish::kLength);
  EXPECT_EQ(model.rounds.size(),
            4u);  // 32 + 32 + 32 + 4 tokens of the neighbour; three rounds of the call
  EXPECT_EQ(model.rounds[1].size(), 2u);
  EXPECT_EQ(model.rounds[3].size(), 1u);
  EXPECT_EQ(model.computed_twice, 0u);
  // Alone, each gives the same.
  ScriptedModel alone(pieces(), script);
  EXPECT_EQ(run.one(alone).text, both[0].text);
}

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
  EXPECT_TRUE(model.rounds.empty());
}

TEST(ToolDecoding, NamesWhyATextEnded) {
  EXPECT_EQ(finish_name(Generation::Finish::kEnd), "end");
  EXPECT_EQ(finish_name(Generation::Finish::kStop), "stop");
  EXPECT_EQ(finish_name(Generation::Finish::kLength), "length");
  EXPECT_EQ(finish_name(Generation::Finish::kContext), "context");
}

}  // namespace
}  // namespace toolformer::decode
