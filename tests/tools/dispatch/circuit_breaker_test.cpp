// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/dispatch/circuit_breaker.h"

#include <gtest/gtest.h>

namespace toolformer::tools {
namespace {

using What = CircuitBreaker::Advice::What;
using std::chrono::seconds;

constexpr CircuitBreaker::Settings kSettings{
    .failures = 3, .pause = seconds(5), .patience = seconds(60)};
constexpr Clock::Time kStart{std::chrono::hours(1)};

TEST(CircuitBreaker, OpensBehindErrorsInARow) {
  CircuitBreaker breaker(kSettings);
  breaker.failed(kStart);
  breaker.failed(kStart);
  breaker.succeeded();
  breaker.failed(kStart);
  breaker.failed(kStart);
  EXPECT_EQ(breaker.ask(kStart).what, What::kGo);
  breaker.failed(kStart);
  const CircuitBreaker::Advice advice = breaker.ask(kStart + seconds(4));
  EXPECT_EQ(advice.what, What::kWait);
  EXPECT_EQ(advice.until, kStart + seconds(5));
}

TEST(CircuitBreaker, OneProbesWhileTheOthersWait) {
  CircuitBreaker breaker(kSettings);
  for (int i = 0; i < 3; ++i) breaker.failed(kStart);
  EXPECT_EQ(breaker.ask(kStart + seconds(5)).what, What::kGo);
  EXPECT_EQ(breaker.ask(kStart + seconds(5)).what, What::kWait);
  breaker.succeeded();
  EXPECT_EQ(breaker.ask(kStart + seconds(5)).what, What::kGo);
  EXPECT_EQ(breaker.ask(kStart + seconds(5)).what, What::kGo);
}

TEST(CircuitBreaker, NobodyWaitsForWhatHasFailedForLong) {
  CircuitBreaker breaker(kSettings);
  for (int i = 0; i < 3; ++i) breaker.failed(kStart);
  breaker.failed(kStart + seconds(61));
  EXPECT_EQ(breaker.ask(kStart + seconds(62)).what, What::kGiveUp);
  EXPECT_EQ(breaker.ask(kStart + seconds(66)).what, What::kGo);  // still one probe a pause
  EXPECT_EQ(breaker.ask(kStart + seconds(66)).what, What::kGiveUp);
}

TEST(CircuitBreaker, CanBeOff) {
  CircuitBreaker breaker({.failures = 0});
  for (int i = 0; i < 100; ++i) breaker.failed(kStart);
  EXPECT_EQ(breaker.ask(kStart).what, What::kGo);
}

}  // namespace
}  // namespace toolformer::tools
