// SPDX-License-Identifier: Apache-2.0
#include "toolformer/formats/byte_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace toolformer::formats {
namespace {

ByteReader over(std::string_view text) {
  return ByteReader("file", std::as_bytes(std::span(text)));
}

TEST(ByteReader, ReadsNumbersAndStrings) {
  using namespace std::string_view_literals;
  ByteReader in = over("\1\2\3\0\0\0\0\0\0\0abcd"sv);
  EXPECT_EQ(in.read<std::uint16_t>("n"), 0x0201);
  EXPECT_EQ(in.read_string("s"), "abc");
  EXPECT_EQ(in.remaining(), 1u);
}

TEST(ByteReader, NamesPlaceAndBothValues) {
  ByteReader in = over("abc");
  in.take(1, "x");
  try {
    in.read<std::uint32_t>("the count");
    FAIL();
  } catch (const base::DataError& error) {
    EXPECT_THAT(
        error.what(),
        testing::HasSubstr("file: byte 1: the count needs 4 bytes, but the file has 2 left"));
  }
}

TEST(ByteReader, CountsMustFitIntoTheRest) {
  using namespace std::string_view_literals;
  EXPECT_EQ(over("\2\0\0\0\0\0\0\0abcd"sv).read_count(2, "n"), 2u);
  EXPECT_THROW(over("\3\0\0\0\0\0\0\0abcd"sv).read_count(2, "n"), base::DataError);
  EXPECT_THROW(over("\xff\xff\xff\xff\xff\xff\xff\xff"sv).read_count(1, "n"), base::DataError);
}

TEST(Printable, EscapesControlCharactersAndCuts) {
  EXPECT_EQ(printable("a\n\x1b[0m\xc3"), "'a\\x0a\\x1b[0m\\xc3'");
  EXPECT_EQ(printable(std::string(81, 'a')), "'" + std::string(80, 'a') + "...'");
}

}  // namespace
}  // namespace toolformer::formats
