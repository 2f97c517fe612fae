// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/dtype_probe.h"

#include <gtest/gtest.h>

namespace toolformer::model {
namespace {

TEST(DtypeProbe, HalfPrecisionMustBeMuchFasterAtBothSizes) {
  const ProductSpeed full{torch::kFloat32, 50, 100};
  EXPECT_EQ(fastest({full}), torch::kFloat32);
  EXPECT_EQ(fastest({full, {torch::kBFloat16, 100, 200}}), torch::kFloat32);
  EXPECT_EQ(fastest({full, {torch::kBFloat16, 60, 900}}), torch::kFloat32);
  EXPECT_EQ(fastest({full, {torch::kBFloat16, 160, 310}}), torch::kBFloat16);
  EXPECT_EQ(fastest({full, {torch::kBFloat16, 160, 310}, {torch::kFloat16, 160, 500}}),
            torch::kFloat16);
}

TEST(DtypeProbe, MeasuresFloat32FirstAndOnlyWhatIsThere) {
  const auto speeds = measure_products();
  ASSERT_FALSE(speeds.empty());
  EXPECT_EQ(speeds.front().dtype, torch::kFloat32);
  for (const ProductSpeed& speed : speeds) {
    EXPECT_GT(speed.few_rows, 0);
    EXPECT_GT(speed.many_rows, 0);
  }
}

}  // namespace
}  // namespace toolformer::model
