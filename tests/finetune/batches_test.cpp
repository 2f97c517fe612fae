// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/batches.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace toolformer::finetune {
namespace {

std::vector<ExampleSize> make_examples(std::size_t count, std::size_t with_calls) {
  std::vector<ExampleSize> examples;
  for (std::size_t i = 0; i < count; ++i) {
    examples.push_back({fmt::format("d{}", i), 20 + i * 37 % 300, i < with_calls});
  }
  return examples;
}

std::multiset<std::size_t> members(const Epoch& epoch) {
  std::multiset<std::size_t> all;
  for (const Batch& batch : epoch.batches) {
    for (const Pack& pack : batch.packs) all.insert(pack.members.begin(), pack.members.end());
  }
  return all;
}

TEST(PlanEpoch, EveryExampleOnceWithinTheBounds) {
  const auto examples = make_examples(1000, 0);
  const Epoch epoch = plan_epoch(examples, {7, 512, 2048, 1.0}, 0);
  const auto all = members(epoch);
  EXPECT_EQ(all.size(), 1000U);
  EXPECT_EQ(std::set<std::size_t>(all.begin(), all.end()).size(), 1000U);
  EXPECT_EQ(epoch.examples, 1000U);
  std::size_t tokens = 0;
  for (const Batch& batch : epoch.batches) {
    EXPECT_LE(batch.packs.size(), 4U);
    for (const Pack& pack : batch.packs) EXPECT_LE(pack.tokens, 512U);
    tokens += batch.tokens;
  }
  EXPECT_EQ(tokens, epoch.tokens);
  EXPECT_LT(epoch.waste(512), 0.02);
}

TEST(PlanEpoch, SameSeedSamePlanOtherSeedOrEpochAnotherOrder) {
  const auto examples = make_examples(50, 50);
  const auto order = [&](std::uint64_t seed, std::uint64_t epoch) {
    std::vector<std::size_t> all;
    for (const Batch& batch : plan_epoch(examples, {seed, 512, 512, 1.0}, epoch).batches) {
      for (const Pack& pack : batch.packs) {
        all.insert(all.end(), pack.members.begin(), pack.members.end());
      }
    }
    return all;
  };
  EXPECT_EQ(order(1, 0), order(1, 0));
  EXPECT_NE(order(1, 0), order(2, 0));
  EXPECT_NE(order(1, 0), order(1, 1));
}

TEST(PlanEpoch, PlainWeightDrawsPlainDocumentsOnly) {
  const auto examples = make_examples(2000, 500);
  const Epoch none = plan_epoch(examples, {3, 512, 2048, 0.0}, 0);
  EXPECT_EQ(none.examples, 500U);
  const Epoch quarter = plan_epoch(examples, {3, 512, 2048, 0.25}, 0);
  EXPECT_NEAR(static_cast<double>(quarter.examples), 500 + 375, 60);
  EXPECT_NE(members(quarter), members(plan_epoch(examples, {3, 512, 2048, 0.25}, 1)));
}

// What a document draws does not depend on what else is there.
TEST(PlanEpoch, TheDrawIsKeyedByTheDocument) {
  const auto examples = make_examples(100, 0);
  const auto half = members(plan_epoch(examples, {3, 512, 2048, 0.5}, 0));
  const std::vector<ExampleSize> prefix(examples.begin(), examples.begin() + 40);
  const auto of_prefix = members(plan_epoch(prefix, {3, 512, 2048, 0.5}, 0));
  for (std::size_t i = 0; i < 40; ++i) EXPECT_EQ(half.count(i), of_prefix.count(i)) << i;
}

TEST(PlanEpoch, PiecesOfOneDocumentStayTogether) {
  std::vector<ExampleSize> examples;
  for (int i = 0; i < 40; ++i) examples.push_back({fmt::format("d{}", i / 2), 10, false});
  const auto chosen = members(plan_epoch(examples, {5, 64, 64, 0.5}, 0));
  for (std::size_t i = 0; i < 40; i += 2) EXPECT_EQ(chosen.count(i), chosen.count(i + 1));
}

TEST(PacksPerBatch, RoundsAndIsNeverZero) {
  EXPECT_EQ(packs_per_batch({0, 512, 2048, 1}), 4U);
  EXPECT_EQ(packs_per_batch({0, 512, 700, 1}), 1U);
  EXPECT_EQ(packs_per_batch({0, 512, 800, 1}), 2U);
  EXPECT_EQ(packs_per_batch({0, 512, 10, 1}), 1U);
}

}  // namespace
}  // namespace toolformer::finetune
