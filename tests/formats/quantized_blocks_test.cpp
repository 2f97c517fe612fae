// SPDX-License-Identifier: Apache-2.0
// The expected values come from the gguf package: tests/parity/quantized_golden.py.
#include "toolformer/formats/quantized_blocks.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>

#include "toolformer/base/error.h"

namespace toolformer::formats {
namespace {

const std::map<std::string, DType> kTypes = {
    {"F16", DType::kF16},   {"BF16", DType::kBF16}, {"Q4_0", DType::kQ4_0}, {"Q4_1", DType::kQ4_1},
    {"Q5_0", DType::kQ5_0}, {"Q5_1", DType::kQ5_1}, {"Q8_0", DType::kQ8_0}, {"Q4_K", DType::kQ4_K},
    {"Q5_K", DType::kQ5_K}, {"Q6_K", DType::kQ6_K}};

std::vector<std::byte> from_hex(const std::string& hex) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

TEST(QuantizedBlocks, EqualTheGgufPackage) {
  std::ifstream lines(TOOLFORMER_SOURCE_DIR "/tests/formats/quantized_golden.txt");
  std::string line;
  std::size_t types = 0;
  for (; std::getline(lines, line); ++types) {
    std::istringstream fields(line);
    std::string name, blocks, values;
    fields >> name >> blocks >> values;
    const std::vector<std::byte> data = from_hex(blocks), expected_bytes = from_hex(values);
    std::vector<float> expected(expected_bytes.size() / 4), result(expected.size());
    std::memcpy(expected.data(), expected_bytes.data(), expected_bytes.size());
    to_float({name, kTypes.at(name), {static_cast<std::int64_t>(expected.size())}, data}, result);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_FLOAT_EQ(result[i], expected[i]) << name << " element " << i;
    }
  }
  EXPECT_EQ(types, kTypes.size());
}

TEST(QuantizedBlocks, ThreadsDoNotChangeTheResult) {
  std::vector<std::byte> data(210 * 4999);
  for (std::size_t i = 0; i < data.size(); ++i)
    data[i] = static_cast<std::byte>(i * 2654435761u >> 24);
  for (std::size_t block = 0; block < 4999; ++block)
    data[block * 210 + 209] = std::byte{0x30};  // finite scales
  const TensorView tensor{"t", DType::kQ6_K, {4999 * 256}, data};
  std::vector<float> one(tensor.elements()), four(tensor.elements());
  to_float(tensor, one, 1);
  to_float(tensor, four, 4);
  EXPECT_EQ(one, four);
}

TEST(QuantizedBlocks, ReadsFloatsAsTheyAre) {
  const double doubles[2] = {0.5, -3};
  const float floats[2] = {1.5F, INFINITY};
  std::vector<float> out(2);
  to_float({"d", DType::kF64, {2}, std::as_bytes(std::span(doubles))}, out);
  EXPECT_EQ(out, (std::vector<float>{0.5F, -3.0F}));
  to_float({"f", DType::kF32, {2}, std::as_bytes(std::span(floats))}, out);
  EXPECT_EQ(out[1], INFINITY);
  const std::uint16_t nan = 0x7e00;
  to_float({"n", DType::kF16, {1}, std::as_bytes(std::span(&nan, 1))}, std::span(out).first(1));
  EXPECT_TRUE(std::isnan(out[0]));
}

TEST(QuantizedBlocks, RefusesIntegersAndWrongSizes) {
  const std::int32_t number = 1;
  std::vector<float> out(1), two(2);
  EXPECT_THROW(to_float({"i", DType::kI32, {1}, std::as_bytes(std::span(&number, 1))}, out),
               base::DataError);
  EXPECT_THROW(to_float({"f", DType::kF32, {1}, std::as_bytes(std::span(&number, 1))}, two),
               std::logic_error);
}

}  // namespace
}  // namespace toolformer::formats
