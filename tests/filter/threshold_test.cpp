// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/threshold.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>

#include "fake/temporary_directory.h"

namespace toolformer::filter {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(FloorOf, IsTheSmallestOfTheLargest) {
  EXPECT_EQ(floor_of({3, 1, 2, 5, 4}, 2), 4);
  EXPECT_EQ(floor_of({3, 1, 2}, 3), -kInfinity);
  EXPECT_EQ(floor_of({3, 1, 2}, 0), kInfinity);
  EXPECT_EQ(floor_of({}, 0), kInfinity);
  EXPECT_EQ(floor_of({2, 2, 1}, 1), 2);  // a tie is kept
}

TEST(FindFloors, LooksAtTheBestPassingCallOfEveryPlace) {
  const fake::TemporaryDirectory directory;
  const std::string path = directory / "scored.jsonl";
  {
    std::ofstream out(path);
    const auto call = [](int at, double result) {
      return fmt::format(
          R"({{"tool":"QA","at":{},"input":"x","result":"r","loss":{{"plain":10,"no_result":10,"result":{}}}}})",
          at, result);
    };
    out << R"({"id":"a","text":"0123456789","calls":[)" << call(1, 4) << "," << call(1, 5) << ","
        << call(2, 7) << "]}\n";
    out << R"({"id":"c","text":"0123456789","calls":[{"tool":"QA","at":1,"input":"x","result":"r",)"
        << R"("loss":{"plain":10,"no_result":null,"result":9.9}}]})"
        << "\n";  // --losses needed
    out << R"({"id":"b","text":"0123456789","calls":[)" << call(3, 6) << "," << call(4, 9.5)
        << "]}\n";
  }
  record::RunOptions run;
  run.input = {path};
  Options options;
  options.steps = {Step::kSelect};
  // Best deltas by place: 6, 3, 4, 0.5; the last does not pass gamma 1.
  options.keep_top = 2;
  EXPECT_NEAR(find_floors(options, run).at("QA"), 4, 1e-9);
  options.keep_top.reset();
  options.keep_fraction = 0.2;  // of five places: one
  EXPECT_NEAR(find_floors(options, run).at("QA"), 6, 1e-9);
}

}  // namespace
}  // namespace toolformer::filter
