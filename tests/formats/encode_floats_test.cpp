// SPDX-License-Identifier: Apache-2.0
#include "toolformer/formats/encode_floats.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "toolformer/base/error.h"
#include "toolformer/formats/quantized_blocks.h"

namespace toolformer::formats {
namespace {

std::uint16_t encoded(float value, DType type) {
  const auto bytes = encode_floats(std::array{value}, type, "x");
  std::uint16_t bits = 0;
  std::memcpy(&bits, bytes.data(), 2);
  return bits;
}

std::vector<float> there_and_back(const std::vector<float>& values, DType type) {
  const auto bytes = encode_floats(values, type, "x");
  std::vector<float> out(values.size());
  to_float({"x", type, {static_cast<std::int64_t>(values.size())}, bytes}, out);
  return out;
}

TEST(EncodeFloats, HalvesRoundToNearestTiesToEven) {
  EXPECT_EQ(encoded(1, DType::kF16), 0x3C00);
  EXPECT_EQ(encoded(-2, DType::kF16), 0xC000);
  EXPECT_EQ(encoded(65504, DType::kF16), 0x7BFF);
  EXPECT_EQ(encoded(1 + 0x1p-11F, DType::kF16), 0x3C00);             // halfway, down to even
  EXPECT_EQ(encoded(1 + 3 * 0x1p-11F, DType::kF16), 0x3C02);         // halfway, up to even
  EXPECT_EQ(encoded(1 + 0x1p-11F + 0x1p-20F, DType::kF16), 0x3C01);  // above half
  EXPECT_EQ(encoded(0x1p-24F, DType::kF16), 0x0001);                 // the smallest
  EXPECT_EQ(encoded(0x1p-25F, DType::kF16), 0x0000);                 // half of it, to even
  EXPECT_EQ(encoded(3 * 0x1p-25F, DType::kF16), 0x0002);
  EXPECT_EQ(encoded(-0.0F, DType::kF16), 0x8000);
}

TEST(EncodeFloats, EveryHalfComesBack) {
  std::vector<float> values(1 << 16);
  std::vector<std::byte> bytes(values.size() * 2);
  for (std::uint32_t i = 0; i < values.size(); ++i) {
    const auto bits = static_cast<std::uint16_t>(i);
    std::memcpy(bytes.data() + 2 * i, &bits, 2);
  }
  to_float({"x", DType::kF16, {1 << 16}, bytes}, values);
  for (std::uint32_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) continue;
    ASSERT_EQ(encoded(values[i], DType::kF16), i);
  }
}

TEST(EncodeFloats, BFloatsRoundToNearest) {
  EXPECT_EQ(encoded(1, DType::kBF16), 0x3F80);
  EXPECT_EQ(encoded(1 + 0x1p-8F, DType::kBF16), 0x3F80);
  EXPECT_EQ(encoded(1 + 3 * 0x1p-8F, DType::kBF16), 0x3F82);
}

// d = 127 / 127 = 1: whole numbers come back; halves are rounded away from zero, as in ggml.
TEST(EncodeFloats, Q8BlocksHoldTheLargestAs127) {
  std::vector<float> values(64, 0);
  for (int i = 0; i < 32; ++i) values[static_cast<std::size_t>(i)] = static_cast<float>(i - 127);
  values[31] = 2.5F;
  const auto back = there_and_back(values, DType::kQ8_0);
  EXPECT_EQ(back[0], -127);
  EXPECT_EQ(back[30], -97);
  EXPECT_EQ(back[31], 3);
  EXPECT_EQ(back[63], 0);
}

TEST(EncodeFloats, RefusesWhatTheTypeCannotHold) {
  EXPECT_THROW(encoded(65520, DType::kF16), base::DataError);
  EXPECT_EQ(encoded(65519, DType::kF16), 0x7BFF);
  EXPECT_THROW(encoded(std::numeric_limits<float>::quiet_NaN(), DType::kF32), base::DataError);
  std::vector<float> large(32, 1e9F);
  EXPECT_THROW(encode_floats(large, DType::kQ8_0, "x"), base::DataError);
  EXPECT_THROW(encode_floats(std::vector<float>(31), DType::kQ8_0, "x"), std::logic_error);
  EXPECT_THROW(encode_floats(large, DType::kQ4_K, "x"), std::logic_error);
}

}  // namespace
}  // namespace toolformer::formats
