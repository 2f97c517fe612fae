// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/batches.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace toolformer::finetune {
namespace {

std::vector<ExampleSize> make_examples(std::size_t count, std::size_t with_calls) {
  std::vector<ExampleSize> examples;
  for (std::size_t i = 0; i < count; ++i) {
    examples.push_back({i, static_cast<std::uint32_t>(20 + i * 37 % 300), i < with_calls});
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

TEST(PlanEpoch, AWeightAboveOneRepeatsPlainDocuments) {
  const auto examples = make_examples(2000, 500);
  const auto all = members(plan_epoch(examples, {3, 512, 2048, 2.25}, 0));
  EXPECT_NEAR(static_cast<double>(all.size()), 500 + 1500 * 2.25, 60);
  for (std::size_t i = 0; i < 2000; ++i) {
    EXPECT_GE(all.count(i), i < 500 ? 1U : 2U) << i;
    EXPECT_LE(all.count(i), i < 500 ? 1U : 3U) << i;
  }
}

TEST(ShareOf, EveryPackOnceAndAboutTheSameForAll) {
  Batch batch;
  for (const std::size_t tokens : {500, 100, 510, 490, 505, 90, 80})
    batch.packs.push_back({{tokens}, tokens});
  for (const std::size_t size : {1, 2, 3, 9}) {
    std::multiset<std::size_t> all;
    for (std::size_t rank = 0; rank < size; ++rank) {
      for (const Pack& pack : share_of(batch, rank, size)) all.insert(pack.tokens);
    }
    EXPECT_EQ(all, (std::multiset<std::size_t>{500, 100, 510, 490, 505, 90, 80})) << size;
  }
  std::size_t first = 0;
  for (const Pack& pack : share_of(batch, 0, 2)) first += pack.tokens;
  EXPECT_NEAR(static_cast<double>(first), 2275.0 / 2, 60);
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
  for (std::uint64_t i = 0; i < 40; ++i) examples.push_back({i / 2, 10, false});
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
