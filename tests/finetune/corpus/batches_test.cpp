// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/corpus/batches.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

namespace toolformer::finetune {
namespace {

// The first `with_calls` have kept calls and weight 1, the others the weight given.
std::vector<ExampleSize> make_examples(std::size_t count, std::size_t with_calls,
                                       double plain_weight = 1) {
  std::vector<ExampleSize> examples;
  for (std::size_t i = 0; i < count; ++i) {
    examples.push_back({i, static_cast<std::uint32_t>(20 + i * 37 % 300), i < with_calls,
                        i < with_calls ? 1 : plain_weight});
  }
  return examples;
}

std::multiset<std::size_t> members(const Epoch& epoch) {
  std::multiset<std::size_t> all;
  for (const Batch& batch : epoch.batches) all.insert(batch.members.begin(), batch.members.end());
  return all;
}

TEST(PlanEpoch, EveryExampleOnceWithinTheBounds) {
  const auto examples = make_examples(1000, 0);
  const Epoch epoch = plan_epoch(examples, {7, 512, 2048}, 0);
  const auto all = members(epoch);
  EXPECT_EQ(all.size(), 1000U);
  EXPECT_EQ(std::set<std::size_t>(all.begin(), all.end()).size(), 1000U);
  EXPECT_EQ(epoch.examples, 1000U);
  std::size_t tokens = 0;
  for (const Batch& batch : epoch.batches) {
    std::size_t of_members = 0;
    for (const std::size_t member : batch.members) of_members += examples[member].tokens;
    EXPECT_EQ(batch.tokens, of_members);
    EXPECT_LE(batch.tokens, 2048U);
    tokens += batch.tokens;
  }
  EXPECT_EQ(tokens, epoch.tokens);
}

// Half of the pieces have 257 to 511 tokens, as web pages cut at 512 have: no two of them fit into
// one pack, but steps of eight packs are full all the same.
TEST(PlanEpoch, StepsAreFullWhereNoTwoExamplesShareAPack) {
  std::vector<ExampleSize> examples;
  for (std::uint32_t i = 0; i < 4000; ++i) {
    const std::uint32_t spread = i * 7919 % 255;
    examples.push_back({i, i % 2 == 0 ? 257 + spread : 20 + spread, false});
  }
  const Epoch epoch = plan_epoch(examples, {7, 512, 4096}, 0);
  std::size_t filled = 0;
  for (std::size_t i = 0; i + 1 < epoch.batches.size(); ++i) filled += epoch.batches[i].tokens;
  const double room = 4096.0 * static_cast<double>(epoch.batches.size() - 1);
  EXPECT_GT(static_cast<double>(filled) / room, 0.99);
}

// Filling up must not turn the shuffled order into an order by length: steps early and late in an
// epoch see documents of the same lengths, in a small corpus too.
TEST(PlanEpoch, EarlyAndLateStepsSeeTheSameLengths) {
  const auto examples = make_examples(800, 0);
  std::array<double, 2> tokens{},
      members{};  // of the first and the last tenth, the last step aside
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Epoch epoch = plan_epoch(examples, {seed, 512, 2048}, 0);
    const std::size_t tenth = epoch.batches.size() / 10;
    for (std::size_t i = 0; i < tenth; ++i) {
      const std::array<std::size_t, 2> at{i, epoch.batches.size() - 2 - i};
      for (std::size_t end = 0; end < 2; ++end) {
        tokens[end] += static_cast<double>(epoch.batches[at[end]].tokens);
        members[end] += static_cast<double>(epoch.batches[at[end]].members.size());
      }
    }
  }
  EXPECT_NEAR(tokens[0] / members[0], tokens[1] / members[1], 3);
}

TEST(PlanEpoch, SameSeedSamePlanOtherSeedOrEpochAnotherOrder) {
  const auto examples = make_examples(50, 50);
  const auto order = [&](std::uint64_t seed, std::uint64_t epoch) {
    std::vector<std::size_t> all;
    for (const Batch& batch : plan_epoch(examples, {seed, 512, 512}, epoch).batches) {
      all.insert(all.end(), batch.members.begin(), batch.members.end());
    }
    return all;
  };
  EXPECT_EQ(order(1, 0), order(1, 0));
  EXPECT_NE(order(1, 0), order(2, 0));
  EXPECT_NE(order(1, 0), order(1, 1));
}

TEST(PlanEpoch, PlainWeightDrawsPlainDocumentsOnly) {
  const Epoch none = plan_epoch(make_examples(2000, 500, 0), {3, 512, 2048}, 0);
  EXPECT_EQ(none.examples, 500U);
  const auto examples = make_examples(2000, 500, 0.25);
  const Epoch quarter = plan_epoch(examples, {3, 512, 2048}, 0);
  EXPECT_NEAR(static_cast<double>(quarter.examples), 500 + 375, 60);
  EXPECT_NE(members(quarter), members(plan_epoch(examples, {3, 512, 2048}, 1)));
}

TEST(PlanEpoch, AWeightAboveOneRepeatsPlainDocuments) {
  const auto examples = make_examples(2000, 500, 2.25);
  const auto all = members(plan_epoch(examples, {3, 512, 2048}, 0));
  EXPECT_NEAR(static_cast<double>(all.size()), 500 + 1500 * 2.25, 60);
  for (std::size_t i = 0; i < 2000; ++i) {
    EXPECT_GE(all.count(i), i < 500 ? 1U : 2U) << i;
    EXPECT_LE(all.count(i), i < 500 ? 1U : 3U) << i;
  }
}

TEST(PacksOf, EveryExampleOnceAndAboutTheSameForAll) {
  Batch batch;
  std::vector<ExampleSize> examples;
  for (const std::uint32_t tokens : {500, 100, 510, 490, 505, 90, 80}) {
    batch.members.push_back(examples.size());
    examples.push_back({0, tokens, false});
  }
  for (const std::size_t size : {1, 2, 3, 9}) {
    std::multiset<std::size_t> all;
    for (std::size_t rank = 0; rank < size; ++rank) {
      for (const Pack& pack : packs_of(batch, examples, 512, rank, size)) {
        EXPECT_LE(pack.tokens, 512U);
        all.insert(pack.members.begin(), pack.members.end());
      }
    }
    EXPECT_EQ(all, (std::multiset<std::size_t>{0, 1, 2, 3, 4, 5, 6})) << size;
  }
  std::size_t first = 0;
  for (const Pack& pack : packs_of(batch, examples, 512, 0, 2)) first += pack.tokens;
  EXPECT_NEAR(static_cast<double>(first), 2275.0 / 2, 60);
}

// What a document draws does not depend on what else is there.
TEST(PlanEpoch, TheDrawIsKeyedByTheDocument) {
  const auto examples = make_examples(100, 0, 0.5);
  const auto half = members(plan_epoch(examples, {3, 512, 2048}, 0));
  const std::vector<ExampleSize> prefix(examples.begin(), examples.begin() + 40);
  const auto of_prefix = members(plan_epoch(prefix, {3, 512, 2048}, 0));
  for (std::size_t i = 0; i < 40; ++i) EXPECT_EQ(half.count(i), of_prefix.count(i)) << i;
}

TEST(PlanEpoch, PiecesOfOneDocumentStayTogether) {
  std::vector<ExampleSize> examples;
  for (std::uint64_t i = 0; i < 40; ++i) examples.push_back({i / 2, 10, false, 0.5});
  const auto chosen = members(plan_epoch(examples, {5, 64, 64}, 0));
  for (std::size_t i = 0; i < 40; i += 2) EXPECT_EQ(chosen.count(i), chosen.count(i + 1));
}

TEST(RoomOfStep, HoldsOneExampleAtLeast) {
  EXPECT_EQ(max_tokens_per_step({0, 512, 2000}), 2000U);
  EXPECT_EQ(max_tokens_per_step({0, 512, 10}), 512U);
}

}  // namespace
}  // namespace toolformer::finetune
