// SPDX-License-Identifier: Apache-2.0
#include "toolformer/base/number_flag.h"

#include <gmock/gmock.h>

#include <CLI/CLI.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "fake/refusal.h"

namespace toolformer::base {
namespace {

struct Values {
  std::size_t count = 7;
  std::optional<std::size_t> maybe;
  std::vector<std::size_t> several;
  int threads = 0;
  double rate = 1;
};

Values parse(const std::vector<std::string>& arguments) {
  CLI::App app;
  Values values;
  take_count(app.add_option("--count", values.count));
  take_count(app.add_option("--maybe", values.maybe), {.least = 1});
  take_count(app.add_option("--several", values.several), {.most = 100})->delimiter(',');
  take_count(app.add_option("--threads", values.threads), {.most = 4096});
  take_number(app.add_option("--rate", values.rate));
  app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));  // last one first
  return values;
}

std::string refusal(const std::string& flag, const std::string& text) {
  return fake::refusal<CLI::ValidationError>([&] { parse({flag, text}); });
}

TEST(NumberFlag, ReadsDigits) {
  EXPECT_EQ(parse({}).count, 7U);
  EXPECT_EQ(parse({"--count", "0"}).count, 0U);
  EXPECT_EQ(parse({"--count", "18446744073709551615"}).count, 18446744073709551615ULL);
  EXPECT_EQ(parse({"--count", "010"}).count, 10U) << "not octal";
  EXPECT_EQ(parse({"--maybe", "1"}).maybe, 1U);
  EXPECT_EQ(parse({"--several", "0,03,100"}).several, (std::vector<std::size_t>{0, 3, 100}));
  EXPECT_EQ(parse({"--threads", "4096"}).threads, 4096);
}

TEST(NumberFlag, RefusesEverythingElseAsACount) {
  EXPECT_EQ(refusal("--count", "-1"), "--count: must be a whole number of 0 or more, got -1");
  EXPECT_EQ(refusal("--maybe", "0"), "--maybe: must be a whole number of 1 or more, got 0");
  EXPECT_EQ(refusal("--several", "5,101"),
            "--several: must be a whole number from 0 to 100, got 101");
  EXPECT_EQ(refusal("--count", ""),
            "--count: must be a whole number of 0 or more, got an empty text");
  EXPECT_EQ(refusal("--count", "18446744073709551616"),
            "--count: must be a whole number from 0 to 18446744073709551615, got "
            "18446744073709551616");
  for (const char* text : {"1.5", "1e3", "+1", " 1", "1 ", "0x10", "ten", "-0", "1_000"}) {
    EXPECT_NE(refusal("--count", text), "accepted") << text;
  }
}

TEST(NumberFlag, ReadsFiniteNumbersOnly) {
  EXPECT_EQ(parse({"--rate", "-2.5e-3"}).rate, -2.5e-3);
  EXPECT_EQ(refusal("--rate", ""), "--rate: must be a finite number, got an empty text");
  for (const char* text : {"nan", "inf", "-inf", "1e999", "1x", "x", " 1", "1,5"}) {
    EXPECT_NE(refusal("--rate", text), "accepted") << text;
  }
}

}  // namespace
}  // namespace toolformer::base
