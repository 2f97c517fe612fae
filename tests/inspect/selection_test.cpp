// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace toolformer::inspect {
namespace {

std::vector<std::string> chosen(const Options& options) {
  Selection selection(options);
  for (int i = 0; i < 100; ++i) {
    record::Document document;
    document.id = std::to_string(100 + i);
    selection.add(document);
  }
  EXPECT_EQ(selection.found(), 100u);
  std::vector<std::string> ids;
  for (const record::Document& document : selection.take()) ids.push_back(document.id);
  return ids;
}

TEST(Selection, TakesTheFirst) {
  EXPECT_THAT(chosen({.limit = 2}), testing::ElementsAre("100", "101"));
  EXPECT_EQ(chosen({}).size(), 100u);
}

TEST(Selection, ASampleDependsOnItsSeedAndKeepsTheOrder) {
  const std::vector<std::string> sample = chosen({.sample = 10, .seed = 1});
  EXPECT_EQ(sample.size(), 10u);
  EXPECT_TRUE(std::is_sorted(sample.begin(), sample.end()));
  EXPECT_EQ(sample, chosen({.sample = 10, .seed = 1}));
  EXPECT_NE(sample, chosen({.sample = 10, .seed = 2}));
}

}  // namespace
}  // namespace toolformer::inspect
