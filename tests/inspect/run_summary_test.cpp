// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/run_summary.h"

#include <gmock/gmock.h>

#include "fake/temporary_directory.h"

namespace toolformer::inspect {
namespace {

TEST(RunSummary, AddsNumbersByTheirPath) {
  RunSummary total;
  total.add(nlohmann::ordered_json::parse(
      R"({"schema":1,"counts":{"a":{"b":1,"c":2}},"seconds":{"wall":2}})"));
  total.add(nlohmann::ordered_json::parse(
      R"({"schema":1,"counts":{"a":{"b":10}},"seconds":{"wall":3}})"));
  EXPECT_EQ(total.sums(),
            (std::map<std::string, double>{{"a.b", 11}, {"a.c", 2}, {"seconds.wall", 5}}));
}

TEST(RunSummary, SaysWhatGammaAndDeltaAreMeasuredIn) {
  const fake::TemporaryDirectory directory;
  directory.write("part.summary.json",
                  R"({"counts":{"a":1},"identity":{"config":{"resolved":{
                      "MT":{"gamma":0.5,"gamma_unit":"weighted mean nats"},
                      "QA":{"k":5},"Calculator":{"gamma":1}}}}})");
  EXPECT_THAT(run_summaries_view({directory.write("part.jsonl", "")}, {}),
              ::testing::ContainsRegex("gamma.\n  MT +0.5 weighted mean nats\n$"));
  directory.write("part.summary.json", R"({"counts":{"a":1},"identity":["config"]})");
  EXPECT_EQ(run_summaries_view({directory.path() / "part.jsonl"}, {}).find("gamma"),
            std::string::npos);
}

TEST(RunSummary, NoSummaryNoView) {
  const fake::TemporaryDirectory directory;
  EXPECT_EQ(run_summaries_view({directory.write("alone.jsonl", "")}, {}), "");
}

TEST(RunSummary, ABrokenSummaryIsLeftOut) {
  const fake::TemporaryDirectory directory;
  directory.write("broken.summary.json", "{\"a\":");
  EXPECT_EQ(run_summaries_view({directory.write("broken.jsonl", "")}, {}), "");
}

}  // namespace
}  // namespace toolformer::inspect
