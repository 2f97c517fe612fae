// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/training_overlap.h"

#include <gtest/gtest.h>

#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"

namespace toolformer::eval {
namespace {

TEST(TrainingOverlap, FindsItemsThatShareARunOfWords) {
  fake::TemporaryDirectory directory;
  const std::string file = directory.write(
      "train.jsonl", "{\"text\":\"Tom has five red apples and two pears.\"}\nno record\n");
  Items items;
  for (const char* text : {"So TOM has five red apples", "Tom has five red pears",
                           "five red apples and two", "apples"})
    items.documents.push_back({.id = text, .text = text});
  EXPECT_EQ(overlap_with({file}, 5, items), (std::vector<bool>{true, false, true, false}));
  EXPECT_EQ(overlap_with({file}, 4, items), (std::vector<bool>{true, true, true, false}));
  EXPECT_THROW(overlap_with({directory.write("none.jsonl", "no record\n")}, 5, items),
               base::DataError);
}

}  // namespace
}  // namespace toolformer::eval
