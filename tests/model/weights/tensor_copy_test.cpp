// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/weights/tensor_copy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "toolformer/base/error.h"

namespace toolformer::model {
namespace {

TEST(TensorCopy, FloatTypesKeepTheirTypeAndValues) {
  for (const torch::Dtype dtype : {torch::kFloat32, torch::kFloat16, torch::kBFloat16}) {
    const torch::Tensor source = torch::arange(6, torch::kFloat32).view({2, 3}).to(dtype);
    const torch::Tensor copy = copy_to_tensor(view_of(source, "w"), "file");
    EXPECT_EQ(copy.scalar_type(), dtype);
    EXPECT_TRUE(torch::equal(copy, source));
  }
}

TEST(TensorCopy, IntegersAreRefusedByName) {
  formats::TensorView view{"ids", formats::DType::kI64, {0}, {}};
  try {
    copy_to_tensor(view, "x.safetensors");
    FAIL();
  } catch (const base::DataError& error) {
    EXPECT_THAT(error.what(), testing::StartsWith("x.safetensors: ids: weights of type I64"));
  }
}

TEST(TensorCopy, NonFiniteValuesAreCounted) {
  torch::Tensor tensor = torch::ones({5});
  EXPECT_NO_THROW(refuse_non_finite(tensor, "w", "file"));
  tensor[1] = std::numeric_limits<float>::quiet_NaN();
  tensor[2] = -std::numeric_limits<float>::infinity();
  try {
    refuse_non_finite(tensor, "w", "file");
    FAIL();
  } catch (const base::DataError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("w: 2 of 5 values"));
  }
}

TEST(TensorCopy, ASumThatOverflowsIsNotADamagedTensor) {
  EXPECT_NO_THROW(refuse_non_finite(torch::full({8}, 3e38F), "w", "file"));
}

TEST(TensorCopy, SameValuesAcrossTypes) {
  const torch::Tensor a = torch::tensor({1.0F, 2.5F});
  EXPECT_TRUE(same_values(a, a.to(torch::kBFloat16)));
  EXPECT_FALSE(same_values(a, a + 1));
  EXPECT_FALSE(same_values(a, a.view({1, 2})));
}

}  // namespace
}  // namespace toolformer::model
