// SPDX-License-Identifier: Apache-2.0
#include "toolformer/formats/write_gguf.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"
#include "toolformer/formats/gguf.h"

namespace toolformer::formats {
namespace {

const std::array<float, 6> kFloats = {1, -2, 0.5, 3, 4, 5};
const std::vector<GgufTensor> kTensors = {{"a", DType::kF32, {3, 1}},
                                          {"b.weight", DType::kF32, {3}}};

std::span<const std::byte> bytes(std::size_t begin, std::size_t count) {
  return std::as_bytes(std::span(kFloats).subspan(begin, count));
}

TEST(WriteGguf, ReadsBackWhatItWrote) {
  const fake::TemporaryDirectory directory;
  const auto path = directory.path() / "x.gguf";
  GgufWriter writer(path,
                    {{"general.architecture", std::string("llama")},
                     {"flag", true},
                     {"count", 7U},
                     {"half", 0.5F},
                     {"words", std::vector<std::string>{"one", "", "drei ß"}},
                     {"bytes", std::vector<std::uint8_t>{0, 255}},
                     {"ids", std::vector<std::int32_t>{-1, 2}},
                     {"scores", std::vector<float>{0.25F, -1}}},
                    kTensors);
  writer.append(bytes(0, 2));
  EXPECT_EQ(GgufFile(writer.temporary()).integer("count"), 7);  // readable while it grows
  writer.append(bytes(2, 1));
  writer.append(bytes(3, 3));
  writer.finish();
  const GgufFile file(path);
  EXPECT_EQ(file.version(), 3U);
  EXPECT_EQ(file.string("general.architecture"), "llama");
  EXPECT_EQ(file.boolean("flag"), true);
  EXPECT_EQ(file.number("half"), 0.5);
  EXPECT_EQ(file.strings("words")->at(2), "drei ß");
  EXPECT_EQ(file.integers("bytes")->at(1), 255);
  EXPECT_EQ(file.integers("ids")->at(0), -1);
  EXPECT_EQ(file.numbers("scores")->at(1), -1);
  ASSERT_EQ(file.tensors().size(), 2U);
  EXPECT_EQ(file.find("a")->shape, (std::vector<std::int64_t>{3, 1}));
  EXPECT_TRUE(std::ranges::equal(file.find("a")->data, bytes(0, 3)));
  EXPECT_TRUE(std::ranges::equal(file.find("b.weight")->data, bytes(3, 3)));
  EXPECT_FALSE(std::filesystem::exists(writer.temporary()));
}

TEST(WriteGguf, AnUnfinishedFileLeavesTheOldOneAlone) {
  const fake::TemporaryDirectory directory;
  const auto path = directory.path() / "x.gguf";
  directory.write("x.gguf", "old");
  {
    GgufWriter writer(path, {}, kTensors);
    writer.append(bytes(0, 3));
    EXPECT_THROW(writer.finish(), std::logic_error);
  }
  EXPECT_EQ(std::filesystem::file_size(path), 3U);
  EXPECT_FALSE(std::filesystem::exists(path.string() + ".tmp"));
}

TEST(WriteGguf, RefusesBytesThatDoNotFit) {
  const fake::TemporaryDirectory directory;
  const auto path = directory.path() / "x.gguf";
  {
    GgufWriter writer(path, {}, kTensors);
    EXPECT_THROW(writer.append(bytes(0, 4)), std::logic_error);
  }
  EXPECT_THROW(GgufWriter(path, {}, {{"q", DType::kQ8_0, {2, 31}}}), std::logic_error);
  EXPECT_THROW(GgufWriter(path, {}, {{"q", DType::kBool, {1}}}), std::logic_error);
  EXPECT_THROW(GgufWriter(directory.path() / "no" / "x", {}, kTensors), base::IoError);
}

}  // namespace
}  // namespace toolformer::formats
