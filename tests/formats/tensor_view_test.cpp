// SPDX-License-Identifier: Apache-2.0
#include "toolformer/formats/tensor_view.h"

#include <gtest/gtest.h>

namespace toolformer::formats {
namespace {

TEST(TensorView, CountsElements) {
  EXPECT_EQ((TensorView{"t", DType::kF32, {2, 3, 4}, {}}).elements(), 24u);
  EXPECT_EQ((TensorView{"t", DType::kF32, {}, {}}).elements(), 1u);
  EXPECT_EQ((TensorView{"t", DType::kF32, {5, 0}, {}}).elements(), 0u);
}

TEST(TensorView, KnowsTheBlocksOfItsTypes) {
  EXPECT_EQ(dtype_name(DType::kQ6_K), "Q6_K");
  EXPECT_EQ(block_layout(DType::kQ6_K).elements, 256u);
  EXPECT_EQ(block_layout(DType::kQ6_K).bytes, 210u);
  EXPECT_EQ(block_layout(DType::kBF16).bytes, 2u);
}

TEST(CheckedMultiply, GivesNothingWhenItDoesNotFit) {
  EXPECT_EQ(checked_multiply(1ull << 32, (1ull << 32) - 1), (1ull << 32) * ((1ull << 32) - 1));
  EXPECT_EQ(checked_multiply(1ull << 32, 1ull << 32), std::nullopt);
  EXPECT_EQ(checked_multiply(0, ~0ull), 0u);
}

}  // namespace
}  // namespace toolformer::formats
