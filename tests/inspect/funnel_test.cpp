// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/funnel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "inspect/sample_records.h"

namespace toolformer::inspect {
namespace {

using testing::HasSubstr;

TEST(Funnel, CountsEachStepOnce) {
  Funnel funnel;
  funnel.add(fake::lamps(), {});
  funnel.add(record::Document{}, {});
  funnel.finish();
  EXPECT_EQ(funnel.documents, 2u);
  EXPECT_EQ(funnel.with_calls, 1u);
  const ToolFunnel& tool = funnel.tools.at("Calculator");
  EXPECT_EQ(tool.documents, 1u);
  EXPECT_EQ(tool.positions, 2u);  // bytes 0 and 22
  EXPECT_EQ(tool.samples, 3u);
  EXPECT_EQ(tool.executed, 2u);
  EXPECT_EQ(tool.errors.at("bad_input"), 1u);
  EXPECT_EQ(tool.scored, 2u);
  EXPECT_EQ(tool.kept, 1u);
  EXPECT_EQ(tool.documents_kept, 1u);
  EXPECT_EQ(tool.deltas, (std::vector<double>{0.1, 1.34}));
  ASSERT_EQ(tool.top.size(), 2u);
  EXPECT_EQ(tool.top[0].call, "Calculator(48 / 320) -> 0.15");
  EXPECT_TRUE(tool.top[0].kept);
}

TEST(Funnel, QuantilesAreLinearBetweenNeighbours) {
  const std::vector<double> values = {1, 2, 4};
  EXPECT_EQ(quantile(values, 0), 1);
  EXPECT_EQ(quantile(values, 0.5), 2);
  EXPECT_EQ(quantile(values, 0.75), 3);
  EXPECT_EQ(quantile(values, 1), 4);
  EXPECT_EQ(quantile({7}, 0.9), 7);
}

TEST(Funnel, KeepsTheTenLargestDeltas) {
  Funnel funnel;
  record::Document document;
  for (int i = 0; i < 30; ++i) {
    record::Call call;
    call.tool = "T";
    call.delta = (i * 7) % 30;
    document.calls.push_back(call);
  }
  funnel.add(document, {});
  const std::vector<TopCall>& top = funnel.tools.at("T").top;
  ASSERT_EQ(top.size(), 10u);
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(top[i].delta, 29.0 - static_cast<double>(i));
}

TEST(Funnel, SaysWhatAThresholdWouldKeep) {
  record::Document document = fake::lamps();
  document.calls.push_back(document.calls[0]);  // an equal sample at the same place
  document.calls.back().keep = false;
  document.calls.back().reason = "another call at this place is kept";
  Funnel funnel;
  funnel.add(document, {});
  funnel.finish();
  const ToolFunnel& tool = funnel.tools.at("Calculator");
  EXPECT_EQ(tool.repeated, 1u);
  EXPECT_EQ(tool.lost, (std::map<std::string, std::size_t>{{"below the threshold", 1},
                                                           {"not the best at its place", 1}}));
  EXPECT_EQ(tool.gain, 1.34);
  EXPECT_EQ(kept_at(tool, 0), 2u);  // two places: deltas 1.34 and 0.1
  EXPECT_EQ(kept_at(tool, 0.1), 1u);
  EXPECT_EQ(documents_at(tool, 1), 1u);
  EXPECT_EQ(documents_at(tool, 1.34), 0u);
  // Behind byte 22 stands "(15%)": the result 0.15 is not the next number; behind byte 0 it is 320.
  EXPECT_EQ(right_share_at(tool, 0), 0.0);
  EXPECT_EQ(right_share_at(tool, 2), std::nullopt);
}

TEST(Funnel, ViewShowsSharesAndEscapesNames) {
  Funnel funnel;
  funnel.add(fake::lamps(), {});
  funnel.add(fake::hostile(), {});
  funnel.finish();
  const std::string view = funnel_view(funnel, {.width = 80});
  EXPECT_THAT(view, HasSubstr("2 documents, "));
  EXPECT_THAT(view, HasSubstr("  candidate calls                        3  100.0% "));
  EXPECT_THAT(view, HasSubstr("  kept                                   1   33.3% "));
  EXPECT_THAT(view, HasSubstr("median +0.720"));
  EXPECT_EQ(view.find('\x1b'), std::string::npos);
}

TEST(Funnel, OfNothing) {
  EXPECT_EQ(funnel_view({}, {}), "0 documents, 0 bytes of text, 0 with calls\n\n");
}

}  // namespace
}  // namespace toolformer::inspect
