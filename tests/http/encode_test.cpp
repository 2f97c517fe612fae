// SPDX-License-Identifier: Apache-2.0
#include "toolformer/http/encode.h"

#include <gtest/gtest.h>

namespace toolformer::http {
namespace {

TEST(Encode, LeavesOnlyUnreservedBytesInAnAddress) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("a b&c=d/e?f#g%h+i\r\n"), "a%20b%26c%3Dd%2Fe%3Ff%23g%25h%2Bi%0D%0A");
  EXPECT_EQ(percent_encode("\xC3\xA4"), "%C3%A4");
  EXPECT_EQ(percent_encode(std::string_view("\0", 1)), "%00");
}

}  // namespace
}  // namespace toolformer::http
