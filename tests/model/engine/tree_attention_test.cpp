// SPDX-License-Identifier: Apache-2.0
// Against the attention of every token over its own sequence, written out in float64.
#include "toolformer/model/engine/tree_attention.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <utility>
#include <vector>

namespace toolformer::model {
namespace {

using Ids = std::vector<lm::TokenId>;
using Node = lm::TokenTree::Node;

struct Shape {
  std::int64_t heads, groups, dim;
};

/// A tree, and what the layer below gives to its nodes.
struct Tree {
  TokenTreeBatch batch;
  torch::Tensor q, k, v;  // [nodes, H, D], [nodes, G, D] twice
};

class TreeAttentionTest : public testing::TestWithParam<Shape> {
 protected:
  TreeAttentionTest() {
    torch::manual_seed(5);
    config_.layers = 2;
    config_.heads = GetParam().heads;
    config_.kv_heads = GetParam().groups;
    config_.head_dim = GetParam().dim;
  }

  std::shared_ptr<KvSegment> segment(lm::Prefix parent, std::int64_t tokens) const {
    auto result = std::make_shared<KvSegment>();
    const auto [heads, groups, dim] = GetParam();
    result->parent = std::move(parent);
    for (std::int64_t i = 0; i < tokens; ++i)
      result->ids.push_back(static_cast<lm::TokenId>(1000 + i));
    result->keys = torch::randn({2, groups, tokens, dim});
    result->values = torch::randn({2, groups, tokens, dim});
    result->hidden = torch::randn({tokens, 4});
    result->packed = pack_kv(result->keys, result->values);
    return result;
  }

  Tree tree(lm::Prefix prefix, const std::vector<Ids>& branches) const {
    Tree result;
    result.batch.prefix = std::move(prefix);
    for (const Ids& branch : branches) result.batch.tokens.add(lm::TokenTree::kRoot, branch);
    grow(result);
    return result;
  }

  /// Gives new nodes what the layer below would.
  void grow(Tree& tree) const {
    const auto [heads, groups, dim] = GetParam();
    const auto nodes = static_cast<std::int64_t>(tree.batch.tokens.size());
    const auto add = [&](torch::Tensor& x, std::int64_t count) {
      const auto missing = nodes - (x.defined() ? x.size(0) : 0);
      const auto fresh = torch::randn({missing, count, dim});
      x = x.defined() ? torch::cat({x, fresh}) : fresh;
    };
    add(tree.q, heads);
    add(tree.k, groups);
    add(tree.v, groups);
  }

  /// One pass of layer 1 over the new nodes of the trees -> [N, H, D]
  torch::Tensor pass(const std::vector<Tree*>& trees, std::int64_t window = 0) const {
    TreeAttention attention(config_, torch::TensorOptions(torch::kFloat32));
    std::vector<TokenTreeBatch*> batches;
    std::vector<torch::Tensor> q, k, v;
    for (Tree* tree : trees) {
      const auto first = tree->batch.forwarded;
      q.push_back(tree->q.slice(0, first));
      k.push_back(tree->k.slice(0, first));
      v.push_back(tree->v.slice(0, first));
      batches.push_back(&tree->batch);
    }
    attention.begin_pass(batches);
    auto out = attention.attend({1, kScale, window}, torch::cat(q), torch::cat(k), torch::cat(v));
    attention.end_pass();
    return out;
  }

  /// What a node attends to, [H, D].
  torch::Tensor expected(const Tree& tree, Node node, std::int64_t window) const {
    std::vector<torch::Tensor> keys, values;  // [G, n, D] each
    for (const KvSlice& slice : kv_slices(tree.batch.prefix)) {
      keys.push_back(slice.segment->keys[1].narrow(1, 0, slice.length));
      values.push_back(slice.segment->values[1].narrow(1, 0, slice.length));
    }
    for (const Node each : tree.batch.tokens.path(node)) {
      keys.push_back(tree.k[each].unsqueeze(1));
      values.push_back(tree.v[each].unsqueeze(1));
    }
    const auto repeats = config_.heads / config_.kv_heads;
    auto k = torch::cat(keys, 1).repeat_interleave(repeats, 0).to(torch::kFloat64);
    auto v = torch::cat(values, 1).repeat_interleave(repeats, 0).to(torch::kFloat64);
    const auto seen = window > 0 ? std::min(window, k.size(1)) : k.size(1);
    k = k.slice(1, k.size(1) - seen);
    v = v.slice(1, v.size(1) - seen);
    const auto query = tree.q[node].to(torch::kFloat64).unsqueeze(2);  // [H, D, 1]
    const auto weights = torch::softmax(torch::bmm(k, query).squeeze(2) * kScale, 1);
    return torch::bmm(weights.unsqueeze(1), v).squeeze(1);
  }

  static constexpr double kScale = 0.3;
  ModelConfig config_;
};

const std::vector<Ids> kBranches = {{1, 2, 3, 4, 5}, {1, 2, 6}, {1, 2, 6, 7}, {8}};

TEST_P(TreeAttentionTest, EveryTokenSeesItsOwnSequence) {
  const auto demonstrations = segment({}, 140), document = segment({demonstrations, 133}, 150);
  for (const std::int64_t window : {0, 3, 20}) {
    Tree branches = tree({document, 200}, kBranches);
    Tree same_place = tree({document, 283}, {{1, 2}});
    Tree shorter = tree({demonstrations, 7}, {{4, 4, 4}});
    Tree first = tree({}, {{1, 2, 3}, {1, 9}});
    Tree chain = tree({demonstrations, 133}, {Ids(70, 1)});
    const std::vector<Tree*> trees = {&branches, &same_place, &shorter, &first, &chain};
    const auto out = pass(trees, window);
    std::int64_t row = 0;
    for (const Tree* each : trees) {
      for (Node node = 0; node < static_cast<Node>(each->batch.tokens.size()); ++node, ++row) {
        const auto error = (out[row] - expected(*each, node, window)).abs().max().item<double>();
        EXPECT_LT(error, 1e-5) << "window " << window << ", row " << row << ", node " << node;
      }
    }
    EXPECT_EQ(row, out.size(0));
  }
}

TEST_P(TreeAttentionTest, NoBitOfATokenDependsOnTheOtherTrees) {
  const auto demonstrations = segment({}, 140), document = segment({demonstrations, 133}, 150);
  for (const std::int64_t window : {0, 20}) {
    const Tree branches = tree({document, 200}, kBranches), other = tree({document, 250}, {{3, 3}});
    const Tree chain = tree({demonstrations, 133}, {Ids(70, 1)});
    Tree a = branches, b = other, c = chain;
    const auto together = pass({&c, &b, &a}, window);
    const std::vector<std::pair<const Tree*, std::int64_t>> rows = {
        {&chain, 0}, {&other, 70}, {&branches, 72}};
    for (const auto& [whole, begin] : rows) {
      Tree alone = *whole;
      const auto out = pass({&alone}, window);
      EXPECT_TRUE(torch::equal(out, together.narrow(0, begin, out.size(0)))) << begin;
    }
  }
}

TEST_P(TreeAttentionTest, ATreeGrowsFromPassToPass) {
  const auto document = segment({}, 40);
  Tree growing = tree({document, 31}, {{1, 2, 3}});
  Tree other = tree({document, 12}, {{5}});
  pass({&growing});
  EXPECT_EQ(growing.batch.forwarded, 3);
  for (int i = 0; i < 30; ++i) {  // more than there is room for at first
    const auto leaf = static_cast<Node>(growing.batch.tokens.size()) - 1;
    growing.batch.tokens.add(leaf, 10);
    growing.batch.tokens.add(1, static_cast<lm::TokenId>(100 + i));
    grow(growing);
    const auto out = i == 7 ? pass({&other, &growing}).slice(0, 1) : pass({&growing});
    ASSERT_EQ(out.size(0), 2);
    for (const std::int64_t row : {0, 1}) {
      const auto node = static_cast<Node>(growing.batch.forwarded - 2 + row);
      EXPECT_LT((out[row] - expected(growing, node, 0)).abs().max().item<double>(), 1e-5) << i;
    }
  }
}

TEST_P(TreeAttentionTest, IdsAndPositionsOfAPass) {
  const auto document = segment({}, 40);
  Tree branches = tree({document, 31}, {{1, 2, 3}, {1, 4}}), other = tree({}, {{7, 8}});
  TreeAttention attention(config_, torch::TensorOptions(torch::kFloat32));
  std::vector<TokenTreeBatch*> batches = {&branches.batch, &other.batch};
  attention.begin_pass(batches);
  EXPECT_EQ(attention.ids(), (Ids{1, 2, 3, 4, 7, 8}));
  EXPECT_EQ(attention.positions(), (std::vector<std::int64_t>{31, 32, 33, 32, 0, 1}));
  attention.end_pass();
  EXPECT_EQ(branches.batch.forwarded, 4);
  branches.batch.tokens.add(3, 5);
  batches.pop_back();
  attention.begin_pass(batches);
  EXPECT_EQ(attention.ids(), Ids{5});
  EXPECT_EQ(attention.positions(), std::vector<std::int64_t>{33});
}

/// The path 1 2 6 7 of the tree, as a segment: further tokens attend to it as to the tree itself.
TEST_P(TreeAttentionTest, APathBecomesASegment) {
  const auto document = segment({}, 140);
  Tree branches = tree({document, 131}, kBranches);
  pass({&branches});
  const Node leaf = branches.batch.tokens.add(lm::TokenTree::kRoot, kBranches[2]);
  const auto hidden = torch::randn({4, 4});
  const auto made = make_segment(branches.batch, leaf, hidden);
  EXPECT_EQ(made->ids, kBranches[2]);
  EXPECT_EQ(made->parent.cache, document);
  EXPECT_EQ(made->size(), 135U);
  EXPECT_TRUE(torch::equal(made->hidden, hidden));
  const std::vector<Node> path = branches.batch.tokens.path(leaf);
  for (std::size_t i = 0; i < path.size(); ++i) {
    const auto column = static_cast<std::int64_t>(i);
    EXPECT_TRUE(torch::equal(made->keys[1].select(1, column), branches.k[path[i]]));
    EXPECT_TRUE(torch::equal(made->values[1].select(1, column), branches.v[path[i]]));
  }
}

/// Attending to few keys apart costs more than copying them: 140 tokens stay, 30 do not.
TEST_P(TreeAttentionTest, AShortSegmentIsCopiedIntoTheNext) {
  const auto document = segment({}, 140), little = segment({document, 140}, 30);
  Tree branches = tree({little, 150}, {{1, 2}});
  pass({&branches});
  const auto made = make_segment(branches.batch, 1, torch::zeros({2, 4}));
  EXPECT_EQ(made->parent.cache, document);
  EXPECT_EQ(made->parent.length, 140U);
  ASSERT_EQ(made->ids.size(), 12U);
  EXPECT_EQ(made->ids[9], 1009);
  EXPECT_EQ(made->ids[10], 1);
  EXPECT_TRUE(torch::equal(made->keys[1].narrow(1, 0, 10), little->keys[1].narrow(1, 0, 10)));
  EXPECT_TRUE(torch::equal(made->keys[1].select(1, 11), branches.k[1]));
  EXPECT_TRUE(torch::equal(made->hidden.narrow(0, 0, 10), little->hidden.narrow(0, 0, 10)));
}

INSTANTIATE_TEST_SUITE_P(Shapes, TreeAttentionTest,
                         testing::Values(Shape{4, 4, 8}, Shape{6, 2, 64}, Shape{4, 1, 128}));

}  // namespace
}  // namespace toolformer::model
