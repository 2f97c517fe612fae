// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/outcome.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace toolformer::filter {
namespace {

TEST(Outcome, SaysWhatWasKeptAndWhatIsNext) {
  record::Summary counts;
  counts.count("selected.Calculator.kept", 9);
  counts.count("selected.Calculator.below", 2600);
  counts.count("selected.Calendar.not_best", 6);
  counts.count("documents.kept", 7);
  EXPECT_EQ(outcome(counts, {"out/filtered", "base.gguf"}),
            "9 of 2,615 calls kept in 7 documents; next: tf-finetune --input out/filtered --model "
            "base.gguf --output MODEL, or look: tf-inspect --kept out/filtered");
}

TEST(Outcome, WithNoneKeptNamesTheThresholdThatKeepsOneInAHundred) {
  record::Summary counts;
  counts.count("selected.Calculator.below", 1000);
  counts.count("delta.Calculator.from_0_5", 4);
  counts.count("delta.Calculator.from_0", 7);
  counts.count("delta.Calculator.from_-0_5", 500);
  EXPECT_THAT(outcome(counts, {"out", ""}),
              testing::HasSubstr("0 of 1,000 calls kept in 0 documents; the best delta is 0.5 to "
                                 "1; --gamma 0 would keep about 1.1 %; next: tf-inspect"));
}

TEST(Outcome, TheHighestBucketHasNoUpperEnd) {
  record::Summary counts;
  counts.count("selected.Calculator.below", 10);
  counts.count("delta.Calculator.from_5", 1);
  EXPECT_THAT(outcome(counts, {"out", ""}), testing::HasSubstr("the best delta is 5 or more"));
}

TEST(Outcome, IsSilentWhereNothingWasDecided) {
  EXPECT_EQ(outcome({}, {"out", ""}), "");
}

}  // namespace
}  // namespace toolformer::filter
