// SPDX-License-Identifier: Apache-2.0
#include "toolformer/lm/token_tree.h"

#include <gtest/gtest.h>

namespace toolformer::lm {
namespace {

TEST(TokenTree, WhatBeginsAlikeIsThereOnce) {
  TokenTree tree;
  const std::vector<text::TokenId> a = {1, 2, 3}, b = {1, 2, 4, 3};
  EXPECT_EQ(tree.add(TokenTree::kRoot, a), 2);
  EXPECT_TRUE(tree.is_chain());
  EXPECT_EQ(tree.add(TokenTree::kRoot, b), 4);
  EXPECT_FALSE(tree.is_chain());
  EXPECT_EQ(tree.add(TokenTree::kRoot, a), 2);
  EXPECT_EQ(tree.size(), 5U);
  EXPECT_EQ(tree.path(4), (std::vector<TokenTree::Node>{0, 1, 3, 4}));
  EXPECT_EQ(tree.depth(4), 3);
  EXPECT_EQ(tree.deepest(), 3);
  EXPECT_EQ(tree.id(3), 4);
  EXPECT_EQ(tree.parent(0), TokenTree::kRoot);
}

TEST(TokenTree, AChainBeginsWhatContinuesIt) {
  TokenTree tree;
  EXPECT_TRUE(tree.begins(std::vector<text::TokenId>{}));
  tree.add(TokenTree::kRoot, std::vector<text::TokenId>{1, 2});
  EXPECT_TRUE(tree.begins(std::vector<text::TokenId>{1, 2, 3}));
  EXPECT_TRUE(tree.begins(std::vector<text::TokenId>{1, 2}));
  EXPECT_FALSE(tree.begins(std::vector<text::TokenId>{1}));
  EXPECT_FALSE(tree.begins(std::vector<text::TokenId>{1, 3, 2}));
  tree.add(TokenTree::kRoot, std::vector<text::TokenId>{1, 3});
  EXPECT_FALSE(tree.begins(std::vector<text::TokenId>{1, 2, 3}));  // no chain any more
}

TEST(TokenTree, AnEmptyChainAddsNothing) {
  TokenTree tree;
  EXPECT_EQ(tree.add(TokenTree::kRoot, std::vector<text::TokenId>{}), TokenTree::kRoot);
  EXPECT_EQ(tree.size(), 0U);
  EXPECT_TRUE(tree.is_chain());
}

}  // namespace
}  // namespace toolformer::lm
