// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/engine/forward_pass.h"

#include <gtest/gtest.h>

#include "model/random_model.h"
#include "toolformer/base/error.h"

namespace toolformer::model {
namespace {

using Ids = std::vector<lm::TokenId>;

class ForwardPassTest : public testing::Test {
 protected:
  /// What the transformer makes of a whole sequence: [ids, C].
  torch::Tensor whole(const Ids& ids) const {
    const auto n = static_cast<std::int64_t>(ids.size());
    PackedAttention attention({n});
    return transformer_.forward(id_tensor(ids), torch::arange(n), attention);
  }

  const torch::InferenceMode inference_;
  const Transformer transformer_ = random_transformer(random_config({"gqa", 6, 2, 32, 0}));
  const ForwardPass pass_{transformer_, 3};
  lm::WorkCounters counters_;
};

TEST_F(ForwardPassTest, NodesOfATreeAreTheSequencesThatEndThere) {
  TokenTreeBatch tree, other;
  tree.tokens.add(lm::TokenTree::kRoot, Ids{1, 2, 3});
  tree.tokens.add(lm::TokenTree::kRoot, Ids{1, 2, 4});
  other.tokens.add(lm::TokenTree::kRoot, Ids{9, 8});
  TokenTreeBatch* trees[] = {&tree, &other};
  const auto hidden = pass_.forward(trees, counters_);
  const auto first = whole({1, 2, 3}), second = whole({1, 2, 4}), third = whole({9, 8});
  const auto expected = torch::cat({first, second.slice(0, 2), third});
  EXPECT_TRUE(torch::allclose(hidden, expected, 1e-4, 1e-4));
  EXPECT_EQ(counters_.tokens_forwarded, 6U);
  EXPECT_EQ(counters_.tokens_reused, 0U);
}

TEST_F(ForwardPassTest, WhatIsStoredIsCountedAsReusedOnce) {
  TokenTreeBatch document;
  document.tokens.add(lm::TokenTree::kRoot, Ids{1, 2, 3, 4});
  TokenTreeBatch* tree = &document;
  const auto hidden = pass_.forward({&tree, 1}, counters_);
  TokenTreeBatch branch{.prefix = {make_segment(document, 3, hidden), 3}};
  branch.tokens.add(lm::TokenTree::kRoot, Ids{7});
  tree = &branch;
  auto out = pass_.forward({&tree, 1}, counters_);
  EXPECT_TRUE(torch::allclose(out, whole({1, 2, 3, 7}).slice(0, 3), 1e-4, 1e-4));
  branch.tokens.add(0, 8);
  out = pass_.forward({&tree, 1}, counters_);
  EXPECT_TRUE(torch::allclose(out, whole({1, 2, 3, 7, 8}).slice(0, 4), 1e-4, 1e-4));
  EXPECT_EQ(counters_.tokens_forwarded, 6U);
  EXPECT_EQ(counters_.tokens_reused, 3U);
}

/// Seven rows, three at a time.
TEST_F(ForwardPassTest, LogprobsAreThoseOfTheTargets) {
  const auto hidden = whole({1, 2, 3, 4, 5, 6, 7});
  const auto targets = torch::tensor({2, 3, 4, 5, 6, 7, 8, 255, 0, 1, 2, 3, 4, 5}, torch::kInt64);
  const auto table = targets.view({2, 7}).t();  // [7, 2]
  const auto expected = torch::log_softmax(transformer_.logits(hidden), 1).gather(1, table);
  const auto values = pass_.logprobs(hidden, table, counters_);
  EXPECT_TRUE(torch::allclose(values, expected, 1e-5, 1e-5));
  EXPECT_EQ(counters_.lm_head_rows, 7U);
  for (std::int64_t row = 0; row < 7; ++row) {  // how many there are changes no bit
    const auto alone = pass_.logprobs(hidden.narrow(0, row, 1), table.narrow(0, row, 1), counters_);
    EXPECT_TRUE(torch::equal(alone, values.narrow(0, row, 1))) << row;
  }
}

TEST_F(ForwardPassTest, ASequenceMayFillTheContextButNotMore) {
  const ModelConfig& config = transformer_.config();  // 320 tokens
  check_context(config, 300, 20);
  EXPECT_THROW(check_context(config, 300, 21), base::DataError);
  EXPECT_TRUE(torch::equal(id_tensor(Ids{3, 259}), torch::tensor({3, 259}, torch::kInt64)));
}

}  // namespace
}  // namespace toolformer::model
