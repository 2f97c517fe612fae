// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/training/validation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "finetune/tiny_model.h"
#include "toolformer/finetune/training/train_step.h"

namespace toolformer::finetune {
namespace {

std::vector<Example> make_examples() {
  std::vector<Example> examples;
  for (const int length : {5, 9, 3}) {
    Example example;
    for (int i = 0; i < length; ++i)
      example.tokens.append({(7 * i + length) % 37}, calls::TokenRole::kText);
    examples.push_back(example);
  }
  return examples;
}

TEST(Validation, IsTheMeanOverTokensWhateverThePacks) {
  const model::Transformer transformer = tiny_model(tiny_config(true));
  double sum = 0;
  for (const Example& example : make_examples()) {
    const std::vector<const calls::LabelledTokens*> one{&example.tokens};
    sum += evaluate(transformer, make_micro_batch(one, true, torch::kCPU)).total();
  }
  for (const std::size_t room : {9, 12, 64}) {
    const auto result = Validation(make_examples(), room).measure(transformer);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->tokens, 4U + 8 + 2);
    EXPECT_NEAR(result->loss, sum / 14, 1e-6);
    EXPECT_DOUBLE_EQ(result->perplexity, std::exp(result->loss));
  }
}

TEST(Validation, StopsWhenAsked) {
  const model::Transformer transformer = tiny_model(tiny_config(true));
  EXPECT_FALSE(Validation(make_examples(), 9).measure(transformer, [] { return true; }));
}

TEST(Validation, KnowsThatItIsEmpty) {
  EXPECT_TRUE(Validation({}, 9).empty());
}

}  // namespace
}  // namespace toolformer::finetune
