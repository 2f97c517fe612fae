// SPDX-License-Identifier: Apache-2.0
#include "toolformer/decode/write_generation.h"

#include <gtest/gtest.h>

namespace toolformer::decode {
namespace {

TEST(WriteGeneration, ReplacesCallsAndKeepsWhatElseTheRecordHolds) {
  record::Document document;
  document.text = "It is";
  document.calls = {{.tool = "Old", .at = 1}};
  document.extra = {{"source", "mine"}, {"finish", "of an earlier run"}};
  Generation generation;
  generation.text = " four.";
  generation.calls = {
      {.tool = "Calculator", .at = 5, .input = "2 + 2", .result = "4", .keep = true}};
  generation.finish = Generation::Finish::kEnd;
  generation.new_tokens = 2;
  write_generation(generation, document);
  EXPECT_EQ(document.text, "It is four.");
  EXPECT_EQ(document.augmented, "It is [Calculator(2 + 2) -> 4] four.");
  ASSERT_EQ(document.calls.size(), 1u);
  EXPECT_TRUE(document.has_calls);
  EXPECT_EQ(document.extra.dump(),
            R"({"source":"mine","finish":"end","prompt_bytes":5,"new_tokens":2})");
}

}  // namespace
}  // namespace toolformer::decode
