// SPDX-License-Identifier: Apache-2.0
#include "toolformer/http/retry_after.h"

#include <gtest/gtest.h>

namespace toolformer::http {
namespace {

using std::chrono::milliseconds;

constexpr std::time_t kNow = 784111770;  // Sun, 06 Nov 1994 08:49:30 GMT

std::optional<milliseconds> parse(const std::string& value) {
  return parse_retry_after(value, kNow, milliseconds(60'000));
}

TEST(RetryAfter, ReadsSecondsAndDatesAndCutsThem) {
  EXPECT_EQ(parse("0"), milliseconds(0));
  EXPECT_EQ(parse("7"), milliseconds(7000));
  EXPECT_EQ(parse("Sun, 06 Nov 1994 08:49:37 GMT"), milliseconds(7000));
  EXPECT_EQ(parse("Sun, 06 Nov 1994 08:49:00 GMT"), milliseconds(0));
  EXPECT_EQ(parse("Fri, 31 Dec 2100 23:59:59 GMT"), milliseconds(60'000));
  EXPECT_EQ(parse("1000000000"), milliseconds(60'000));
  EXPECT_EQ(parse(std::string(1000, '9')), milliseconds(60'000));
}

TEST(RetryAfter, IsAbsentWhereItIsNeither) {
  for (const std::string value : {"", "-5", "1e9", "0x10", "soon", "1.5"}) {
    EXPECT_EQ(parse(value), std::nullopt) << value;
  }
}

}  // namespace
}  // namespace toolformer::http
