// SPDX-License-Identifier: Apache-2.0
#include "toolformer/base/blank.h"

#include <gtest/gtest.h>

namespace toolformer::base {
namespace {

TEST(Blank, EachEndAlone) {
  EXPECT_EQ(trim_start(" \t\v a b \n"), "a b \n");
  EXPECT_EQ(trim_end(" a b \r\n\f"), " a b");
  EXPECT_EQ(trim(" \n a b\r\n"), "a b");
}

TEST(Blank, NothingButBlanks) {
  for (const std::string_view text : {"", " ", " \n\t\r\v\f"}) {
    EXPECT_EQ(trim_start(text), "");
    EXPECT_EQ(trim_end(text), "");
    EXPECT_EQ(trim(text), "");
  }
}

TEST(Blank, BytesAboveAsciiStay) {
  EXPECT_EQ(trim(" \xc2\xa0x\x85 "), "\xc2\xa0x\x85");
}

}  // namespace
}  // namespace toolformer::base
