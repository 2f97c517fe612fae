// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/byte_source.h"

#include <gmock/gmock.h>

#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"
#include "toolformer/record/compress.h"

namespace toolformer::record {
namespace {

std::string drain(ByteSource& source, std::size_t chunk) {
  std::string bytes, buffer(chunk, '\0');
  while (const std::size_t got = source.read(buffer.data(), chunk)) bytes.append(buffer, 0, got);
  return bytes;
}

std::string noise(std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; bytes.size() < size; ++i)
    bytes += std::to_string(i * i) + (i % 9 == 0 ? "\n" : " ");
  return bytes;
}

class Kinds : public testing::TestWithParam<Compression> {};

TEST_P(Kinds, GivesTheBytesOfSeveralBlocks) {
  const fake::TemporaryDirectory directory;
  const std::string a = noise(400000), b = noise(10);
  const std::string packed = compress_block(a, GetParam()) + compress_block("", GetParam()) +
                             compress_block(b, GetParam());
  const std::string path = directory.write("f", packed);
  for (const std::size_t chunk : {1U, 7U, 100000U, 1U << 20U}) {
    const auto source = open_bytes(path);
    EXPECT_EQ(drain(*source, chunk), a + b);
    EXPECT_EQ(source->damage(), std::nullopt);
    EXPECT_EQ(source->consumed(), packed.size());
  }
}

TEST_P(Kinds, GivesWhatCanBeReadOfATruncatedFile) {
  if (GetParam() == Compression::kNone) GTEST_SKIP() << "a plain file cannot tell";
  const fake::TemporaryDirectory directory;
  const std::string a = noise(300000), b = noise(200000);
  const std::string first = compress_block(a, GetParam()),
                    packed = first + compress_block(b, GetParam());
  for (std::size_t size = first.size() + 1; size < packed.size(); size += 4099) {
    const auto source = open_bytes(directory.write("f", packed.substr(0, size)));
    const std::string bytes = drain(*source, 1000);
    ASSERT_TRUE(bytes.starts_with(a));
    ASSERT_TRUE((a + b).starts_with(bytes));
    ASSERT_THAT(source->damage().value_or(""), testing::HasSubstr("cut off"));
  }
}

TEST_P(Kinds, FlippedBitsAreNoticed) {
  if (GetParam() == Compression::kNone) GTEST_SKIP() << "a plain file cannot tell";
  const fake::TemporaryDirectory directory;
  const std::string packed = compress_block(noise(50000), GetParam());
  for (std::size_t at = 20; at < packed.size(); at += 501) {
    std::string flipped = packed;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x04);
    const auto source = open_bytes(directory.write("f", flipped));
    drain(*source, 1000);
    ASSERT_TRUE(source->damage().has_value()) << at;
  }
}

INSTANTIATE_TEST_SUITE_P(Compressions, Kinds,
                         testing::Values(Compression::kNone, Compression::kGzip,
                                         Compression::kZstd));

TEST(ByteSource, WhatTheBytesSayCounts) {
  const fake::TemporaryDirectory directory;
  const auto packed =
      open_bytes(directory.write("plain.jsonl", compress_block("x", Compression::kGzip)));
  EXPECT_EQ(drain(*packed, 10), "x");
  EXPECT_THROW(open_bytes(directory.write("plain.gz", "{}")), base::DataError);
  EXPECT_THROW(open_bytes(directory / "none"), base::UsageError);
  EXPECT_EQ(drain(*open_bytes(directory.write("empty", "")), 10), "");
}

TEST(ByteSource, ZerosBehindGzipArePaddingOtherBytesAreDamage) {
  const fake::TemporaryDirectory directory;
  const std::string packed = compress_block("x", Compression::kGzip);
  const auto padded = open_bytes(directory.write("f", packed + std::string(512, '\0')));
  EXPECT_EQ(drain(*padded, 10), "x");
  EXPECT_EQ(padded->damage(), std::nullopt);
  const auto followed = open_bytes(directory.write("g", packed + "trailing"));
  EXPECT_EQ(drain(*followed, 10), "x");
  EXPECT_THAT(followed->damage().value_or(""), testing::HasSubstr("damaged"));
}

}  // namespace
}  // namespace toolformer::record
