// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/metrics_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace toolformer::inspect {
namespace {

using nlohmann::ordered_json;
using testing::HasSubstr;

TEST(MetricsView, KnowsItsLines) {
  EXPECT_TRUE(is_metrics(ordered_json::parse(R"({"step":1,"loss":2.5})")));
  EXPECT_FALSE(is_metrics(ordered_json::parse(R"({"step":1,"text":"a"})")));
  EXPECT_FALSE(is_metrics(ordered_json::parse(R"({"step":"first"})")));
  EXPECT_FALSE(is_metrics(ordered_json::parse("[1]")));
}

TEST(MetricsView, CollectsNestedNumbers) {
  Metrics metrics;
  metrics.add(
      ordered_json::parse(R"({"step":1,"loss":{"text":3.0,"call":4.0},"lr":0.1,"note":"x"})"));
  metrics.add(ordered_json::parse(R"({"step":2,"loss":{"text":2.0},"lr":0.2})"));
  EXPECT_EQ(metrics.series().size(), 3u);
  EXPECT_EQ(metrics.series().at("loss.text").values, (std::vector<double>{3, 2}));
  EXPECT_EQ(metrics.series().at("loss.text").steps, (std::vector<double>{1, 2}));
}

TEST(MetricsView, AnEndlesslyNestedLineEnds) {
  std::string line = R"({"step":1,"":)";
  for (int i = 0; i < 1000; ++i) line += R"({"":)";
  line += "1" + std::string(1001, '}');
  Metrics metrics;
  metrics.add(ordered_json::parse(line));
  EXPECT_TRUE(metrics.empty());
}

TEST(MetricsView, Sparkline) {
  EXPECT_EQ(sparkline({8, 7, 6, 5, 4, 3, 2, 1}, 80), "█▇▆▅▄▃▂▁");
  EXPECT_EQ(sparkline({1, 3, 5, 7}, 2), "▁█");  // means 2 and 6
  EXPECT_EQ(sparkline({2, 2}, 80), "▁▁");
  EXPECT_EQ(sparkline({}, 80), "");
}

TEST(MetricsView, ShowsFirstLastAndSmallest) {
  Metrics metrics;
  for (const char* line :
       {R"({"step":1,"loss":3.5,"lr":0.001})", R"({"step":2,"loss":2.25,"lr":0.002})",
        R"({"step":3,"loss":2.5,"lr":0.001})"}) {
    metrics.add(ordered_json::parse(line));
  }
  const std::string view = metrics_view(metrics, {});
  EXPECT_THAT(view, HasSubstr("first 3.5000  last 2.5000  smallest 2.2500 at step 2"));
  EXPECT_THAT(view, HasSubstr("█▁▂"));
  EXPECT_THAT(view, HasSubstr("lr"));
}

}  // namespace
}  // namespace toolformer::inspect
