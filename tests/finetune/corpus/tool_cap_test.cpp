// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/corpus/tool_cap.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace toolformer::finetune {
namespace {

std::set<std::string> chosen_ids(std::vector<std::string> ids, std::size_t limit,
                                 std::uint64_t seed) {
  ToolCap cap({.all = limit}, seed);
  for (std::size_t i = 0; i < ids.size(); ++i) cap.offer(i, ids[i], {"QA"});
  std::set<std::string> chosen;
  for (const std::size_t ordinal : cap.chosen()) chosen.insert(ids[ordinal]);
  return chosen;
}

TEST(ToolCap, TheChoiceFollowsSeedAndDocumentsNotTheirOrder) {
  std::vector<std::string> ids;
  for (int i = 0; i < 100; ++i) ids.push_back(std::to_string(i));
  const auto chosen = chosen_ids(ids, 10, 1);
  EXPECT_EQ(chosen.size(), 10U);
  EXPECT_NE(chosen_ids(ids, 10, 2), chosen);
  std::reverse(ids.begin(), ids.end());
  EXPECT_EQ(chosen_ids(ids, 10, 1), chosen);
}

TEST(ToolCap, OneToolThatDrewADocumentIsEnough) {
  ToolCap cap({.all = 1}, 0);
  cap.offer(0, "a", {"QA", "MT"});
  cap.offer(1, "b", {"QA"});
  const auto chosen = cap.chosen();
  EXPECT_TRUE(chosen.contains(0));
  EXPECT_LE(chosen.size(), 2U);
}

TEST(ToolCap, ZeroIsNoCapOfThatTool) {
  ToolCap cap({.all = 2, .by_tool = {{"QA", 0}}}, 0);
  for (std::size_t i = 0; i < 20; ++i) cap.offer(i, std::to_string(i), {i < 10 ? "QA" : "MT"});
  const auto chosen = cap.chosen();
  EXPECT_EQ(chosen.size(), 12U);
  for (std::size_t i = 0; i < 10; ++i) EXPECT_TRUE(chosen.contains(i)) << i;
}

}  // namespace
}  // namespace toolformer::finetune
