// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/contract/tool_settings.h"

#include <gmock/gmock.h>

namespace toolformer::tools {
namespace {

ToolSettings read(const std::string& text) {
  formats::TomlTable table = formats::TomlTable::parse(text, "x.toml");
  ToolSettings settings = read_tool_settings(table);
  table.refuse_unknown();
  return settings;
}

TEST(ToolSettings, ReadsEveryKey) {
  const ToolSettings settings = read(
      "max_input = 9\ninput_pattern = \"a+\"\nformat = \"<{result}>\"\nresult_characters = 11\n"
      "result_tokens = 12\nconcurrency = 13\ntimeout = \"14 s\"\nretries = 15\n"
      "retry_budget = \"16 min\"\nrate = 1.5\ncache = false\nbreaker_failures = 17\n"
      "breaker_pause = 18\nsample = \"19\"\n");
  EXPECT_EQ(settings.max_input, 9U);
  EXPECT_EQ(settings.result.characters, 11U);
  EXPECT_EQ(settings.result.tokens, 12U);
  EXPECT_EQ(settings.concurrency, 13U);
  EXPECT_EQ(settings.timeout.count(), 14);
  EXPECT_EQ(settings.retries, 15U);
  EXPECT_EQ(settings.retry_budget.count(), 16 * 60);
  EXPECT_EQ(settings.rate, 1.5);
  EXPECT_FALSE(settings.cache);
  EXPECT_EQ(settings.breaker_failures, 17U);
  EXPECT_EQ(settings.breaker_pause.count(), 18);
  EXPECT_EQ(*settings.sample, "19");
  EXPECT_EQ(settings.finish("T", "aaa", Outcome::value("r")).result, "<r>");
}

TEST(ToolSettings, RefusesInputsByRule) {
  const ToolSettings settings = read("max_input = 5\ninput_pattern = \"a+\"\n");
  EXPECT_FALSE(settings.refuse_input("aaaaa"));
  for (const char* input : {"aaaaaa", "", "b", "a\n", "\xff"}) {
    const auto refused = settings.refuse_input(input);
    ASSERT_TRUE(refused) << input;
    EXPECT_EQ(refused->error_kind, error_kind::kBadInput) << input;
  }
}

TEST(ToolSettings, WritesResultsByFormatOnce) {
  const ToolSettings settings = read("format = \"{input}: {result} ({tool}, {other})\"\n");
  EXPECT_EQ(settings.finish("T", "{result}", Outcome::value("{tool}")).result,
            "{result}: {tool} (T, {other})");
  EXPECT_EQ(settings.finish("T", "", Outcome::value(" ")).error_kind, error_kind::kNoResult);
}

TEST(ToolSettings, KeepsWhatADispatcherMustKnowOfAnError) {
  const Outcome outcome = ToolSettings{}.finish(
      "T", "", Outcome::transient_error("unavailable", "busy\nnow", std::chrono::seconds(3)));
  EXPECT_EQ(outcome.error_message, "busy now");
  EXPECT_TRUE(outcome.transient);
  EXPECT_EQ(outcome.retry_after, std::chrono::seconds(3));
}

}  // namespace
}  // namespace toolformer::tools
