// SPDX-License-Identifier: Apache-2.0
#include "toolformer/formats/gguf_types.h"

#include <gtest/gtest.h>

namespace toolformer::formats {
namespace {

TEST(GgufTypes, NumbersAreThoseOfGgml) {
  EXPECT_EQ(gguf_tensor_type(0), DType::kF32);
  EXPECT_EQ(gguf_tensor_type(14), DType::kQ6_K);
  EXPECT_EQ(gguf_tensor_type(30), DType::kBF16);
  EXPECT_EQ(static_cast<int>(GgufValueType::kString), 8);
  EXPECT_EQ(static_cast<int>(GgufValueType::kF64), 12);
}

TEST(GgufTypes, ThereAndBack) {
  int readable = 0;
  for (std::uint32_t number = 0; number < 64; ++number) {
    const auto type = gguf_tensor_type(number);
    if (!type) continue;
    ++readable;
    EXPECT_EQ(gguf_tensor_type_number(*type), number);
    EXPECT_EQ(gguf_tensor_type_name(number), dtype_name(*type));
  }
  EXPECT_EQ(readable, 16);
}

TEST(GgufTypes, NamesWhatCannotBeRead) {
  EXPECT_FALSE(gguf_tensor_type(10));
  EXPECT_EQ(gguf_tensor_type_name(10), "Q2_K");
  EXPECT_EQ(gguf_tensor_type_name(1000), "unknown");
  EXPECT_FALSE(gguf_tensor_type_number(DType::kBool));
}

}  // namespace
}  // namespace toolformer::formats
