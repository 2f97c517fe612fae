// SPDX-License-Identifier: Apache-2.0
#include "toolformer/http/content_decoder.h"

#include <gtest/gtest.h>

namespace toolformer::http {
namespace {

using State = ContentDecoder::State;

std::string deflated(const std::string& text) {
  uLongf size = compressBound(text.size());
  std::string bytes(size, '\0');
  compress(reinterpret_cast<Bytef*>(bytes.data()), &size,
           reinterpret_cast<const Bytef*>(text.data()), text.size());
  bytes.resize(size);
  return bytes;
}

TEST(ContentDecoder, DecodesHoweverTheBytesAreCut) {
  const std::string text(100'000, 'x');
  const std::string bytes = deflated(text);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{10}, bytes.size()}) {
    auto decoder = ContentDecoder::make("Deflate");
    ASSERT_TRUE(decoder.has_value());
    std::string decoded;
    State state = State::kMore;
    EXPECT_TRUE(decoder->may_end());
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      EXPECT_EQ(state, State::kMore);
      state = decoder->feed(std::string_view(bytes).substr(at, piece), decoded, 200'000);
      EXPECT_EQ(decoder->may_end(), at + piece >= bytes.size());
    }
    EXPECT_EQ(state, State::kEnd);
    EXPECT_EQ(decoded, text);
    EXPECT_EQ(decoder->feed("more", decoded, 200'000), State::kBroken);
  }
}

TEST(ContentDecoder, KeepsItsLimit) {
  const std::string bytes = deflated(std::string(10'000'000, 'x'));
  auto decoder = ContentDecoder::make("gzip");
  std::string decoded;
  EXPECT_EQ(decoder->feed(bytes, decoded, 50'000), State::kTooLarge);
  EXPECT_LE(decoded.size(), 50'000U);
  decoder = ContentDecoder::make("");
  EXPECT_EQ(decoder->feed("four", decoded, 3), State::kTooLarge);
}

TEST(ContentDecoder, KnowsWhatItCannotRead) {
  EXPECT_FALSE(ContentDecoder::make("br").has_value());
  EXPECT_FALSE(ContentDecoder::make("gzip, gzip").has_value());
  std::string decoded;
  EXPECT_EQ(ContentDecoder::make("gzip")->feed("no gzip at all", decoded, 100), State::kBroken);
}

}  // namespace
}  // namespace toolformer::http
