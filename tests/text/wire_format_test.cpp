// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/wire_format.h"

#include <gtest/gtest.h>

#include "toolformer/base/error.h"

namespace toolformer::text {
namespace {

const std::string kOrigin = "here";

TEST(WireFormat, ReadsWhatItWrote) {
  WireWriter out;
  out.varint(1, 300);
  out.float32(2, 1.5F);
  out.bytes(3, "abc");
  out.varint(4, ~std::uint64_t{0});
  EXPECT_EQ(out.result().substr(0, 3), "\x08\xAC\x02");  // the example of the documentation
  WireReader in(out.result(), kOrigin);
  EXPECT_EQ(in.next()->value, 300u);
  EXPECT_EQ(in.next()->value, 0x3fc00000u);
  EXPECT_EQ(in.next()->bytes, "abc");
  EXPECT_EQ(in.next()->value, ~std::uint64_t{0});
  EXPECT_FALSE(in.next());
}

TEST(WireFormat, RefusesDamage) {
  using namespace std::string_view_literals;
  for (const std::string_view bad : {"\x08"sv,
                                     "\x0a\x05"
                                     "abc"sv,
                                     "\x0d\1\2\3"sv, "\x09\1"sv, "\x0b"sv, "\x00\x01"sv,
                                     "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"sv,
                                     "\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"sv}) {
    WireReader in(bad, kOrigin);
    EXPECT_THROW(in.next(), base::DataError);
  }
}

}  // namespace
}  // namespace toolformer::text
