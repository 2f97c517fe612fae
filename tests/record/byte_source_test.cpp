// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/byte_source.h"

#include <gmock/gmock.h>
#include <zstd.h>

#include <memory>

#include "fake/refusal.h"
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
  EXPECT_THAT(
      fake::refusal<base::DataError>([&] { open_bytes(directory.write("plain.gz", "{}")); }),
      testing::HasSubstr("it does not begin like one"));
  EXPECT_THAT(fake::refusal<base::DataError>([&] { open_bytes(directory.write("a.gz", "")); }),
              testing::HasSubstr("it is empty"));
  EXPECT_THROW(open_bytes(directory / "none"), base::UsageError);
  EXPECT_EQ(drain(*open_bytes(directory.write("empty", "")), 10), "");
}

/// A frame of 4 bytes that readers pass over; of the sixteen kinds the one with this number.
std::string skippable_frame(unsigned kind) {
  return std::string(1, static_cast<char>(0x50U + kind)) + "\x2a\x4d\x18" +
         std::string("\4\0\0\0abcd", 8);
}

TEST(ByteSource, FramesWithoutContentArePassedOver) {
  const fake::TemporaryDirectory directory;
  const std::string packed = compress_block("words", Compression::kZstd);
  for (const unsigned kind : {0U, 7U, 15U}) {
    const std::string skip = skippable_frame(kind);
    for (const std::string& bytes :
         {skip + packed, skip + skip + packed, packed + skip, skip + packed + skip + packed}) {
      const auto source = open_bytes(directory.write("f.zst", bytes));
      EXPECT_THAT(drain(*source, 10), testing::AnyOf("words", "wordswords")) << kind;
      EXPECT_EQ(source->damage(), std::nullopt);
    }
    const auto nothing = open_bytes(directory.write("g", skip));
    EXPECT_EQ(drain(*nothing, 10), "") << "an empty file, by its bytes and not by its name";
    EXPECT_EQ(nothing->damage(), std::nullopt);
  }
}

std::string with_window(int logarithm) {
  const std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context(::ZSTD_createCCtx(),
                                                                        ::ZSTD_freeCCtx);
  ::ZSTD_CCtx_setParameter(context.get(), ZSTD_c_windowLog, logarithm);
  std::string packed(1000, '\0');
  const std::string text = "{\"text\":\"a\"}\n";
  ZSTD_outBuffer out{packed.data(), packed.size(), 0};
  ZSTD_inBuffer in{text.data(), text.size(), 0};
  // The length is not known at the start, as of a pipe: the frame names the whole window.
  ::ZSTD_compressStream2(context.get(), &out, &in, ZSTD_e_flush);
  while (::ZSTD_compressStream2(context.get(), &out, &in, ZSTD_e_end) != 0) {
  }
  packed.resize(out.pos);
  return packed;
}

TEST(ByteSource, AWindowThatIsTooLargeIsNamed) {
  const fake::TemporaryDirectory directory;
  const auto largest = open_bytes(directory.write("f.zst", with_window(27)));
  EXPECT_EQ(drain(*largest, 100), "{\"text\":\"a\"}\n");
  for (const int logarithm : {28, 31}) {
    const auto source = open_bytes(directory.write("g.zst", with_window(logarithm)));
    EXPECT_THAT(
        fake::refusal<base::DataError>([&] { drain(*source, 100); }),
        testing::AllOf(testing::HasSubstr("g.zst: was compressed with a window above the 128 MiB"),
                       testing::HasSubstr("zstd -dc --long=31 FILE | zstd -o NEW.zst")));
  }
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
