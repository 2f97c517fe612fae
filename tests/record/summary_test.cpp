// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/summary.h"

#include <gtest/gtest.h>

namespace toolformer::record {
namespace {

TEST(Summary, CountsMergesAndNests) {
  Summary a, b;
  a.count("calls.Calculator.no_close", 2);
  a.count("records.read");
  b.count("calls.Calculator.no_close");
  b.count({{"calls.Calendar.kept", 1}});
  a.merge(b);
  EXPECT_EQ(a.get("calls.Calculator.no_close"), 3);
  EXPECT_EQ(a.get("nothing"), 0);
  EXPECT_EQ(
      a.to_json().dump(),
      R"({"calls":{"Calculator":{"no_close":3},"Calendar":{"kept":1}},"records":{"read":1}})");
}

TEST(Summary, ANameThatBeginsOthersIsTheirTotal) {
  Summary summary;
  summary.count("calls", 5);
  summary.count("calls.kept", 2);
  EXPECT_EQ(summary.to_json().dump(), R"({"calls":{"total":5,"kept":2}})");
}

TEST(Summary, ReadsWhatItWrote) {
  Summary summary;
  summary.count("a.b", 1);
  summary.count("c", -4);
  EXPECT_EQ(Summary::from_json(summary.flat()).counts(), summary.counts());
  EXPECT_EQ(Summary::from_nested(summary.to_json()).counts(), summary.counts());
  EXPECT_EQ(Summary().to_json().dump(), "{}");
}

}  // namespace
}  // namespace toolformer::record
