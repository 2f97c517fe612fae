// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "fake/temporary_directory.h"
#include "inspect/sample_records.h"
#include "toolformer/inspect/json_view.h"
#include "toolformer/record/document_json.h"

namespace toolformer::inspect {
namespace {

using testing::HasSubstr;

class Compare : public testing::Test {
 protected:
  std::string write(const std::string& name, const record::Document& document) {
    const auto path = temporary_.path() / name;
    std::ofstream(path) << record::to_json_line(document) << "\n";
    return path.string();
  }
  fake::TemporaryDirectory temporary_;
};

TEST_F(Compare, TellsWhatOnlyOneKeepsWithBothDeltas) {
  record::Document other = fake::lamps();
  other.calls[0].keep = false;
  other.calls[0].delta = 0.5;
  other.calls[2].keep = true;
  const Options options = {.compare = {write("a.jsonl", fake::lamps()), write("b.jsonl", other)}};
  const Comparison comparison = compare_runs(options);
  ASSERT_EQ(comparison.calls.size(), 3u);
  EXPECT_TRUE(comparison.calls[0].kept[0] && !comparison.calls[0].kept[1]);
  EXPECT_EQ(comparison.calls[0].delta[1], 0.5);
  const std::string view = comparison_view(comparison, options, {.width = 100});
  EXPECT_THAT(view, HasSubstr("Kept only in A: 1\n"));
  EXPECT_THAT(view, HasSubstr("+1.340    +0.500  Calculator(48 / 320) -> 0.15"));
  EXPECT_THAT(view, HasSubstr("Kept only in B: 1\n"));
  EXPECT_THAT(comparison_json(comparison),
              HasSubstr(R"("a":{"there":true,"kept":true,"delta":1.34},"b":{"there":true,)"));
}

TEST_F(Compare, PutsGenerationsSideBySide) {
  record::Document first;
  first.id = "q1";
  first.text = "2 + 2 is 5.";
  first.meta = {{"answers", {"4"}}};
  first.extra = {{"prompt_bytes", 8u},
                 {"answers", {{{"rule", "strict"}, {"answer", "5"}, {"right", false}}}}};
  record::Document second = first;
  second.text = "2 + 2 is 4.";
  second.extra["answers"][0]["right"] = true;
  const Options options = {.compare = {write("a.jsonl", first), write("b.jsonl", second)}};
  const std::string view = comparison_view(compare_runs(options), options, {.width = 100});
  EXPECT_THAT(view, HasSubstr("1 items in both, 1 with another output; from wrong to right 1"));
  EXPECT_THAT(view, HasSubstr("A (wrong):  5."));
  EXPECT_THAT(view, HasSubstr("B (right):  4."));
}

}  // namespace
}  // namespace toolformer::inspect
