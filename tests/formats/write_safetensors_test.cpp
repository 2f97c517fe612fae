// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"
#include "toolformer/formats/safetensors.h"

namespace toolformer::formats {
namespace {

TEST(WriteSafetensors, ReadsBackWhatItWrote) {
  const fake::TemporaryDirectory directory;
  const auto path = directory.path() / "model.safetensors";
  const std::array<float, 3> floats = {1, -2, 0.5};
  const std::array<std::uint16_t, 2> halves = {0x3C00, 0x4000};
  write_safetensors(path, {{"w", DType::kF32, {3, 1}, std::as_bytes(std::span(floats))},
                           {"schön", DType::kBF16, {2}, std::as_bytes(std::span(halves))}});
  const SafetensorsFile file(path);
  ASSERT_EQ(file.tensors().size(), 2u);
  EXPECT_EQ(file.metadata().at("format"), "pt");
  EXPECT_EQ(file.tensors()[1].name, "schön");
  EXPECT_TRUE(std::ranges::equal(file.tensors()[0].data, std::as_bytes(std::span(floats))));
  EXPECT_TRUE(std::ranges::equal(file.tensors()[1].data, std::as_bytes(std::span(halves))));
  EXPECT_FALSE(std::filesystem::exists(path.string() + ".tmp"));
}

TEST(WriteSafetensors, RefusesDataThatDoesNotFitItsShape) {
  const fake::TemporaryDirectory directory;
  const std::array<float, 3> floats = {1, -2, 0.5};
  EXPECT_THROW(write_safetensors(directory.path() / "x",
                                 {{"w", DType::kF32, {4}, std::as_bytes(std::span(floats))}}),
               std::logic_error);
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "x"));
  EXPECT_THROW(write_safetensors(directory.path() / "no" / "x", {}), base::IoError);
}

}  // namespace
}  // namespace toolformer::formats
