// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/select.h"

#include <gtest/gtest.h>

namespace toolformer::filter {
namespace {

record::Call scored(std::size_t at, double plain, double no_result, double result,
                    const std::string& tool = "Calculator") {
  record::Call call{.tool = tool, .at = at, .input = "1+1"};
  call.result = "2";
  call.loss = record::Losses{plain, no_result, result};
  return call;
}

SelectSettings settings(double gamma = 1.0) {
  SelectSettings result;
  result.criteria.others.gamma = gamma;
  return result;
}

record::Document document(std::vector<record::Call> calls) {
  record::Document result;
  result.id = "a";
  result.text = "so 2 is 2";
  result.calls = std::move(calls);
  return result;
}

std::vector<bool> kept(const record::Document& document) {
  std::vector<bool> result;
  for (const auto& call : document.calls) result.push_back(call.keep.value());
  return result;
}

TEST(Select, KeepsTheBestPassingCallOfAPlace) {
  auto one = document({scored(2, 3, 4, 1.5),      // 1.5
                       scored(2, 3, 4, 1, "QA"),  // 2.0: the best here, of another tool
                       scored(2, 3, 4, 1),        // 2.0: equal, but later
                       scored(7, 3, 4, 2.1),      // 0.9
                       record::Call{.tool = "QA", .at = 7}});  // never scored
  record::Summary summary;
  select(settings(), one, summary);
  EXPECT_EQ(kept(one), (std::vector<bool>{false, true, false, false, false}));
  EXPECT_EQ(*one.augmented, "so [QA(1+1) -> 2] 2 is 2");
  EXPECT_EQ(summary.get("selected.QA.kept"), 1);
  EXPECT_EQ(summary.get("selected.QA.unscored"), 1);
  EXPECT_EQ(summary.get("selected.Calculator.not_best"), 2);
  EXPECT_EQ(summary.get("selected.Calculator.below"), 1);
  EXPECT_EQ(summary.get("documents.kept"), 1);
  EXPECT_EQ(summary.get("kept_at.QA.gamma_1_5"), 1);
  EXPECT_EQ(summary.get("kept_at.QA.gamma_2"), 0);
  EXPECT_EQ(summary.get("kept_at.Calculator.gamma_0_75"), 1);
  EXPECT_EQ(summary.get("delta.Calculator.from_0_5"), 1);
  EXPECT_EQ(summary.get("delta.Calculator.from_1_5"), 1);
}

TEST(Select, SaysWhyACallIsNotKept) {
  auto one = document({scored(2, 3, 4, 1.5), scored(2, 3, 4, 1), scored(7, 3, 4, 2),
                       record::Call{.tool = "QA", .at = 7}, record::Call{.tool = "QA", .at = 7}});
  one.calls[1].reason = "of an earlier selection";
  one.calls[4].error = record::CallError{"bad_input", "empty"};
  record::Summary summary;
  select(settings(), one, summary);
  EXPECT_EQ(one.calls[0].reason, "another call at this place is kept");
  EXPECT_EQ(one.calls[1].reason, std::nullopt);  // kept
  EXPECT_EQ(one.calls[2].reason, "delta is not above 1");
  EXPECT_EQ(one.calls[3].reason, "not scored");
  EXPECT_EQ(one.calls[4].reason, std::nullopt);  // the error says it
  SelectSettings paper = settings();
  paper.criteria.others = preset(Preset::kPaper, "Calculator");
  paper.floor = {{"Calculator", 1.75}};
  one.calls[2].loss->result = 2.75;
  select(paper, one, summary);
  EXPECT_EQ(one.calls[0].reason,
            "not among the largest deltas that --keep-top or --keep-fraction asks for");
  EXPECT_EQ(one.calls[2].reason, "delta is below 0.5");
}

TEST(Select, TellsWhatCannotPassFromWhatWasNotMeasured) {
  auto one = document({scored(2, 1.5, 0, 1), scored(7, 4, 0, 1)});
  for (record::Call& call : one.calls) call.loss->no_result.reset();
  record::Summary summary;
  select(settings(), one, summary);
  EXPECT_EQ(kept(one), (std::vector<bool>{false, false}));
  EXPECT_EQ(one.calls[0].reason, "delta is at most 0.5, not above 1");
  EXPECT_EQ(summary.get("unmeasured_at.Calculator.gamma_0_25"), 2);
  EXPECT_EQ(summary.get("unmeasured_at.Calculator.gamma_0_5"), 1);
  EXPECT_EQ(summary.get("unmeasured_at.Calculator.gamma_3"), 0);
  EXPECT_NE(one.calls[1].reason->find("score again"), std::string::npos);
  EXPECT_EQ(summary.get("selected.Calculator.below"), 1);
  EXPECT_EQ(summary.get("selected.Calculator.unmeasured"), 1);
}

TEST(Select, SaysWhenAnotherResultWouldHelpAsWell) {
  auto one = document({scored(2, 3, 3, 1), scored(7, 3, 3, 1), scored(9, 1.5, 3, 1)});
  for (record::Call& call : one.calls) call.others = {"7"};
  one.calls[0].loss->other = 1.5;
  one.calls[1].loss->other = 2.5;
  one.calls[2].loss->other = 1.5;
  record::Summary summary;
  select(settings(), one, summary);
  EXPECT_EQ(kept(one), (std::vector<bool>{false, true, false}));
  EXPECT_EQ(one.calls[0].reason,
            "another result would help as well (delta 2 without comparing): delta is not above 1");
  EXPECT_EQ(*one.calls[1].delta, 1.5);
  EXPECT_EQ(one.calls[2].reason, "delta is not above 1");
  EXPECT_EQ(summary.get("selected.Calculator.any_result"), 1);
  EXPECT_EQ(summary.get("selected.Calculator.below"), 1);
}

TEST(Select, ComputesDeltaFromTheLosses) {
  auto one = document({scored(2, 3, 2, 1)});
  one.calls[0].delta = 99;
  SelectSettings plain = settings();
  plain.criteria.others = {.baseline = Baseline::kPlain};
  record::Summary summary;
  select(plain, one, summary);
  EXPECT_EQ(*one.calls[0].delta, 2);
  EXPECT_TRUE(*one.calls[0].keep);
  select(settings(), one, summary);
  EXPECT_EQ(*one.calls[0].delta, 1);
  EXPECT_FALSE(*one.calls[0].keep);  // not above 1
  EXPECT_EQ(*one.augmented, one.text);
}

TEST(Select, AnErrorIsNeverKept) {
  auto one = document({scored(2, 9, 9, 0)});
  one.calls[0].error = record::CallError{"too_long", ""};
  record::Summary summary;
  select(settings(), one, summary);
  EXPECT_FALSE(*one.calls[0].keep);
}

TEST(Select, RespectsTheFloorOfATool) {
  auto one = document({scored(2, 3, 4, 1), scored(7, 3, 4, 1.5)});
  SelectSettings floored = settings();
  floored.floor = {{"Calculator", 1.75}};
  record::Summary summary;
  select(floored, one, summary);
  EXPECT_EQ(kept(one), (std::vector<bool>{true, false}));
}

TEST(Select, AugmentedGivesTheTextBack) {
  auto one = document({scored(0, 9, 9, 0), scored(9, 9, 9, 0), scored(2, 9, 9, 0)});
  one.text = "a [Calculator(1)] -> ]";
  record::Summary summary;
  select(settings(), one, summary);
  EXPECT_EQ(kept(one), (std::vector<bool>{true, true, true}));
  EXPECT_EQ(calls::strip_calls({}, one, *one.augmented), one.text);
}

}  // namespace
}  // namespace toolformer::filter
