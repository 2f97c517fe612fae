// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/other_results.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"
#include "toolformer/record/document_json.h"
#include "toolformer/tools/builtin/calculator.h"
#include "toolformer/tools/contract/document_context.h"

namespace toolformer::filter {
namespace {

record::Document document(const std::vector<std::pair<std::string, std::string>>& results,
                          const std::string& id = "a") {
  record::Document made;
  made.id = id;
  made.text = "some text";
  for (const auto& [tool, result] : results) {
    record::Call call{.tool = tool, .at = 4, .input = "in " + result};
    call.result = result;
    made.calls.push_back(call);
  }
  return made;
}

class OtherResultsTest : public ::testing::Test {
 protected:
  OtherResultsTest() { toolbox_.add(std::make_unique<tools::Calculator>()); }

  record::Document drawn(record::Document one, const OtherResults::Settings& settings = {}) const {
    OtherResults(toolbox_, {}, settings).draw(one, tools::context_of(one));
    return one;
  }

  fake::TemporaryDirectory directory_;
  tools::Toolbox toolbox_;
};

TEST_F(OtherResultsTest, AToolGivesItsOwn) {
  const record::Document one =
      drawn(document({{"Calculator", "360"}, {"Calculator", "5"}}), {.count = 3});
  ASSERT_GE(one.calls[0].others.size(), 2U);
  std::set<std::string> different(one.calls[0].others.begin(), one.calls[0].others.end());
  EXPECT_EQ(different.size(), one.calls[0].others.size());
  for (const std::string& other : one.calls[0].others) {
    EXPECT_NE(other, "360");
    EXPECT_NE(other, "5");  // no neighbour is needed
  }
}

TEST_F(OtherResultsTest, DependOnNothingButTheirOwnCall) {
  const record::Document both = drawn(document({{"Calculator", "360"}, {"Calculator", "5"}}));
  const record::Document reversed = drawn(document({{"Calculator", "5"}, {"Calculator", "360"}}));
  EXPECT_EQ(both.calls[0].others, reversed.calls[1].others);
  EXPECT_EQ(both.calls[1].others, reversed.calls[0].others);
  const record::Document elsewhere = drawn(document({{"Calculator", "360"}}, "b"));
  EXPECT_NE(both.calls[0].others, elsewhere.calls[0].others);
}

TEST_F(OtherResultsTest, OtherToolsTakeTheirNeighboursUnlessTheyAreAlike) {
  const record::Document one = drawn(document({{"MT", "the red house"},
                                               {"MT", "the red door"},
                                               {"MT", "two days ago"},
                                               {"QA", "two days ago"}}));
  EXPECT_EQ(one.calls[0].others, std::vector<std::string>{"two days ago"});
  EXPECT_EQ(one.calls[1].others, std::vector<std::string>{"two days ago"});
  EXPECT_EQ(one.calls[3].others, std::vector<std::string>{});  // MT's are not QA's
}

TEST_F(OtherResultsTest, ThePoolComesBeforeTheNeighbours) {
  directory_.write("pool.jsonl", record::to_json_line(document({{"MT", "far away"}})) + "\n");
  const OtherResults::Settings settings{.pool = directory_ / "pool.jsonl"};
  EXPECT_NE(OtherResults(toolbox_, {}, settings).fingerprint(), "");
  EXPECT_EQ(OtherResults(toolbox_, {}, {}).fingerprint(), "");
  const record::Document one =
      drawn(document({{"MT", "the red house"}, {"MT", "two days ago"}}), settings);
  EXPECT_EQ(one.calls[0].others, std::vector<std::string>{"far away"});
}

TEST_F(OtherResultsTest, APoolWithoutResultsIsRefused) {
  directory_.write("pool.jsonl", "{\"id\":\"a\",\"text\":\"x\"}\n");
  EXPECT_THROW(OtherResults(toolbox_, {}, {.pool = directory_ / "pool.jsonl"}), base::UsageError);
}

TEST_F(OtherResultsTest, NoneAreDrawnForAnotherBaseline) {
  record::Document one = document({{"Calculator", "360"}});
  OtherResults(toolbox_, {.others = {.baseline = Baseline::kMin}}, {})
      .draw(one, tools::context_of(one));
  EXPECT_TRUE(one.calls[0].others.empty());
}

}  // namespace
}  // namespace toolformer::filter
