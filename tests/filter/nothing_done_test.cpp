// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/nothing_done.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace toolformer::filter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Counts = std::vector<std::pair<std::string, int>>;

std::vector<std::string> said(const std::vector<Step>& steps, const Counts& counts) {
  Options options;
  options.steps = steps;
  record::Summary summary;
  for (const auto& [name, n] : counts) summary.count(name, n);
  return nothing_done(options, {"Calculator", "Calendar"}, summary);
}

const std::vector<Step> kAll = {Step::kExecute, Step::kScore, Step::kSelect};

TEST(NothingDone, DocumentsWithoutCalls) {
  for (const auto& steps : {kAll, {Step::kScore}, {Step::kSelect}}) {
    EXPECT_THAT(said(steps, {{"records.read", 3}}),
                ElementsAre("no document holds a call; run tf-annotate first"));
  }
  EXPECT_THAT(said(kAll, {}), IsEmpty()) << "the empty input is told by the run itself";
  EXPECT_THAT(said(kAll, {{"records.read", 2}, {"records.rejected", 2}}), IsEmpty());
  EXPECT_THAT(said({Step::kScore},
                   {{"records.read", 2}, {"records.rejected", 1}, {"rejected.too_long", 1}}),
              IsEmpty());
}

TEST(NothingDone, CallsThatWereNotExecuted) {
  EXPECT_THAT(said({Step::kScore}, {{"records.read", 1},
                                    {"scored.Calculator.no_result", 4},
                                    {"not_executed.Calculator", 4}}),
              ElementsAre(HasSubstr("none of the 4 calls was executed, so there is nothing to "
                                    "score; run tf-filter with --steps execute first")));
  EXPECT_THAT(said({Step::kSelect}, {{"records.read", 1},
                                     {"selected.Calculator.unscored", 4},
                                     {"not_executed.Calculator", 4}}),
              ElementsAre(HasSubstr("nothing to select")));
  // Some failed, or one was executed: somebody has run that step.
  EXPECT_THAT(said({Step::kScore}, {{"records.read", 1},
                                    {"scored.Calculator.no_result", 4},
                                    {"not_executed.Calculator", 3}}),
              IsEmpty());
  EXPECT_THAT(said({Step::kScore}, {{"records.read", 1},
                                    {"scored.Calculator.calls", 1},
                                    {"scored.Calculator.no_result", 3},
                                    {"not_executed.Calculator", 3}}),
              IsEmpty());
}

TEST(NothingDone, ToolsThatAreNotThere) {
  EXPECT_THAT(said(kAll, {{"records.read", 1},
                          {"executed.WikiSearch.calls", 2},
                          {"executed.WikiSearch.error.unknown_tool", 2},
                          {"executed.Calculator.calls", 2},
                          {"executed.Calculator.ok", 2}}),
              ElementsAre("every call of WikiSearch failed as unknown_tool: --tools has "
                          "Calculator, Calendar"));
}

TEST(NothingDone, ToolsWhoseCallsAllFailAlike) {
  EXPECT_THAT(
      said(kAll, {{"records.read", 1},
                  {"executed.Calendar.calls", 3},
                  {"executed.Calendar.error.no_date", 3},
                  {"executed.Calculator.calls", 3},
                  {"executed.Calculator.error.bad_input", 2},
                  {"executed.Calculator.ok", 1}}),
      ElementsAre("every call of Calendar failed as no_date: give the documents a meta.date, "
                  "or the run --now 2024-05-01"));
  EXPECT_THAT(
      said({Step::kExecute},
           {{"records.read", 1}, {"executed.QA.calls", 2}, {"executed.QA.error.timeout", 2}}),
      ElementsAre(HasSubstr("every call of QA failed as timeout: tf-inspect --dropped")));
}

TEST(NothingDone, NothingIsKept) {
  EXPECT_THAT(said({Step::kSelect}, {{"records.read", 1}, {"selected.Calculator.below", 4}}),
              ElementsAre(HasSubstr("none of the 4 scored calls is kept: ")));
  EXPECT_THAT(said({Step::kSelect}, {{"records.read", 1},
                                     {"selected.Calculator.below", 4},
                                     {"selected.Calculator.kept", 1}}),
              IsEmpty());
  EXPECT_THAT(said({Step::kSelect}, {{"records.read", 1}, {"selected.Calculator.unscored", 4}}),
              IsEmpty());
}

}  // namespace
}  // namespace toolformer::filter
