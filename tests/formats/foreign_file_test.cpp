// SPDX-License-Identifier: Apache-2.0
#include "toolformer/formats/foreign_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/temporary_directory.h"

namespace toolformer::formats {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

std::string name_of(const std::string& start) {
  const auto file = foreign_file(start);
  return file ? std::string(file->name) : "nothing";
}

// The first bytes as the programs write them that make such files.
TEST(ForeignFile, IsKnownByItsFirstBytes) {
  EXPECT_THAT(name_of("version https://git-lfs.github.com/spec/v1\noid sha256:0"),
              HasSubstr("LFS"));
  EXPECT_THAT(name_of("\xFF\xFE{\0\"\0"s), HasSubstr("UTF-16"));
  EXPECT_THAT(name_of("\xFE\xFF\0{\0\""s), HasSubstr("UTF-16"));
  EXPECT_THAT(name_of("\xFF\xFE\0\0{\0\0\0"s), HasSubstr("UTF-32"));
  EXPECT_THAT(name_of("{\0\"\0t\0e\0"s), HasSubstr("UTF-16 text without its mark"));
  EXPECT_THAT(name_of("\0{\0\"\0t\0e"s), HasSubstr("UTF-16 text without its mark"));
  EXPECT_THAT(name_of("PAR1\x15\x04"), HasSubstr("Parquet"));
  EXPECT_THAT(name_of("ARROW1\0\0"s), HasSubstr("Arrow"));
  EXPECT_THAT(name_of("\xFD\x37zXZ\0\0"s), HasSubstr("xz"));
  EXPECT_THAT(name_of("BZh91AY&SY"), HasSubstr("bzip2"));
  EXPECT_THAT(name_of("\x04\x22\x4D\x18\x64"), HasSubstr("lz4"));
  EXPECT_THAT(name_of("PK\x03\x04\x14"), HasSubstr("ZIP"));
  EXPECT_THAT(name_of(std::string(257, '\0') + "ustar\0"s), HasSubstr("tar"));
  EXPECT_THAT(name_of("SQLite format 3\0"s), HasSubstr("SQLite"));
  EXPECT_THAT(name_of("%PDF-1.7"), HasSubstr("PDF"));
  EXPECT_THAT(name_of("GGUF\x03"), HasSubstr("GGUF"));
  EXPECT_THAT(name_of("\x80\x00\0\0\0\0\0\0{\"a\""s), HasSubstr("safetensors"));
  EXPECT_THAT(name_of("\x80\x04\x95\x10"), HasSubstr("pickle"));
  EXPECT_THAT(name_of("\n<!DOCTYPE HTML><html>"), HasSubstr("HTML"));
  EXPECT_THAT(name_of("<?xml version=\"1.0\"?>"), HasSubstr("XML"));
}

TEST(ForeignFile, TextIsNone) {
  for (const char* text :
       {"", "{\"text\":\"a\"}\n", "[1]", "a,b\n", "Parquet", "BZ", "\xEF\xBB\xBF{}"})
    EXPECT_EQ(name_of(text), "nothing") << text;
  EXPECT_EQ(name_of("\0\0\0\0\0\0\0\0\0\0"s), "nothing") << "zeros are not UTF-16";
}

TEST(ForeignFile, SaysWhatAFileIs) {
  const fake::TemporaryDirectory directory;
  EXPECT_THAT(what_it_is(directory.write("a", "BZh91AY"), "?"), HasSubstr("bzip2 -dc FILE"));
  EXPECT_EQ(what_it_is(directory.write("b", "words"), "it is something else"),
            "it is something else");
  EXPECT_EQ(what_it_is(directory.write("c", ""), "?"), "it is empty: fetch it again");
  EXPECT_EQ(first_bytes(directory.write("d", "abcdef"), 4), "abcd");
  EXPECT_EQ(first_bytes(directory / "none"), "");
}

}  // namespace
}  // namespace toolformer::formats
