// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/options.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

#include "fake/parse_options.h"
#include "toolformer/base/error.h"

namespace toolformer::inspect {
namespace {

Options parse(const std::string& arguments) {
  return fake::parse_options<Options>(arguments);
}

TEST(InspectOptions, InputsMayComeWithoutTheirFlag) {
  EXPECT_EQ(parse("a.jsonl b").input, (std::vector<std::string>{"a.jsonl", "b"}));
  EXPECT_EQ(parse("--input a.jsonl --kept").input, (std::vector<std::string>{"a.jsonl"}));
}

TEST(InspectOptions, RefusesWhatMakesNoSense) {
  for (const char* arguments : {"a --kept --dropped", "a --sort size", "a --color red",
                                "a --width 3", "a --summary --html x.html", "", "a --compare b c",
                                "a --json --html x.html", "a --sample 3 --sort delta"}) {
    EXPECT_THROW(parse(arguments), base::UsageError) << arguments;
  }
  EXPECT_THROW(parse("--compare a"), CLI::ParseError);
  EXPECT_THROW(parse("a --limit -1"), CLI::ValidationError);
  EXPECT_THROW(parse("a --width -1"), CLI::ValidationError);
}

}  // namespace
}  // namespace toolformer::inspect
