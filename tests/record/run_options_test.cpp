// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/run_options.h"

#include <gmock/gmock.h>

#include <CLI/CLI.hpp>

#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"

namespace toolformer::record {
namespace {

RunOptions parse(const std::string& words) {
  CLI::App app;
  RunOptions options;
  bind(app, options);
  app.parse(words);
  return options;
}

TEST(RunOptions, EveryFlagReachesItsField) {
  const RunOptions options = parse(
      "--input a.jsonl b.jsonl --output out --compress gz --shard 3/16 --limit 5 --seed "
      "18446744073709551615 --restart "
      "--dry-run --strict --max-failed-fraction 0.5 --progress plain");
  EXPECT_THAT(options.input, testing::ElementsAre("a.jsonl", "b.jsonl"));
  EXPECT_EQ(options.output, "out");
  EXPECT_EQ(options.compress, "gz");
  EXPECT_EQ(options.shard.index, 3U);
  EXPECT_EQ(options.shard.count, 16U);
  EXPECT_EQ(options.limit, 5U);
  EXPECT_EQ(options.seed, 18446744073709551615ULL);
  EXPECT_TRUE(options.restart && options.dry_run && options.strict);
  EXPECT_EQ(options.max_failed_fraction, 0.5);
  EXPECT_EQ(options.progress, "plain");
  EXPECT_TRUE(parse("--resume").resume);
}

TEST(RunOptions, ContradictionsAndTyposAreRefused) {
  EXPECT_THROW(parse("--resume --restart"), CLI::ParseError);
  EXPECT_THROW(parse("--shard 3"), base::UsageError);
  for (const char* words :
       {"--limit -1", "--limit 1.5", "--limit x", "--seed -1", "--seed 18446744073709551616",
        "--max-failed-fraction nan", "--max-failed-fraction 1e999", "--progress x"}) {
    EXPECT_THROW(parse(words), CLI::ParseError) << words;
  }
}

TEST(RunOptions, CheckNamesTheFlag) {
  const auto refusal = [](const std::string& words) -> std::string {
    try {
      check(parse(words));
      return "";
    } catch (const base::UsageError& error) {
      return error.what();
    }
  };
  EXPECT_EQ(refusal("--input - --output b"), "");
  EXPECT_THAT(refusal("--output b"), testing::StartsWith("--input"));
  EXPECT_EQ(refusal("--input absent.jsonl --output b"),
            "--input absent.jsonl: no such file or directory");
  EXPECT_THAT(refusal("--input -"), testing::StartsWith("--output"));
  EXPECT_THAT(refusal("--input - --output b --compress x"), testing::StartsWith("--compress 'x'"));
  EXPECT_THAT(refusal("--input - --output b --max-failed-fraction 1.5"),
              testing::StartsWith("--max-failed-fraction 1.5"));
}

TEST(RunOptions, ADryRunNeedsNoOutput) {
  const fake::TemporaryDirectory directory;
  RunOptions options;
  options.input = {directory.write("in.jsonl", "{}")};
  EXPECT_THROW(check(options), base::UsageError);
  options.dry_run = true;
  EXPECT_NO_THROW(check(options));
}

}  // namespace
}  // namespace toolformer::record
