// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/options.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

#include "toolformer/base/error.h"

namespace toolformer::finetune {
namespace {

Options parse(std::vector<std::string> arguments) {
  CLI::App app;
  Options options;
  bind(app, options);
  std::reverse(arguments.begin(), arguments.end());
  app.parse(std::move(arguments));
  check(options);
  return options;
}

TEST(Options, DefaultsAreValid) {
  EXPECT_NO_THROW(parse({}));
}

TEST(Options, ReadsEveryKind) {
  const Options options = parse({"--max-steps", "7", "--betas", "0.8,0.9", "--freeze", "embeddings",
                                 "--freeze", "*.layers.0.*", "--markers", "text", "--lr", "2e-4",
                                 "--lora-targets", "q_proj,v_proj"});
  EXPECT_EQ(options.max_steps, 7U);
  EXPECT_EQ(options.betas, (std::vector<double>{0.8, 0.9}));
  EXPECT_EQ(options.freeze, (std::vector<std::string>{"embeddings", "*.layers.0.*"}));
  EXPECT_EQ(options.markers, calls::MarkerForm::kText);
  EXPECT_DOUBLE_EQ(options.lr, 2e-4);
  EXPECT_EQ(options.lora_targets, (std::vector<std::string>{"q_proj", "v_proj"}));
}

class BadOption : public testing::TestWithParam<std::vector<std::string>> {};

TEST_P(BadOption, IsRefused) {
  EXPECT_ANY_THROW(parse(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadOption,
    testing::Values(
        std::vector<std::string>{"--seq-len", "4"},
        std::vector<std::string>{"--plain-weight", "-1"},
        std::vector<std::string>{"--plain-weight", "nan"}, std::vector<std::string>{"--lr", "-1"},
        std::vector<std::string>{"--lr", "inf"}, std::vector<std::string>{"--schedule", "cubic"},
        std::vector<std::string>{"--betas", "0.9,1.0"},
        std::vector<std::string>{"--markers", "xml"},
        std::vector<std::string>{"--max-bad-steps", "0"},
        std::vector<std::string>{"--max-steps", "-1"},
        std::vector<std::string>{"--save-every", "-1"}, std::vector<std::string>{"--keep-best"},
        std::vector<std::string>{"--patience", "2"}, std::vector<std::string>{"--lora-rank", "-1"},
        std::vector<std::string>{"--lora-rank", "65537"},
        std::vector<std::string>{"--lora-rank", "4", "--lora-alpha", "0"},
        std::vector<std::string>{"--lora-rank", "4", "--freeze", "embeddings"}));

TEST(Options, TheMessageNamesTheOptionAndItsValue) {
  Options options;
  options.warmup_fraction = 2;
  try {
    check(options);
    FAIL();
  } catch (const base::UsageError& error) {
    EXPECT_STREQ(error.what(), "--warmup-fraction must be between 0 and 1, got 2");
  }
}

TEST(Options, ResultLossFollowsTheMarkers) {
  Options options;
  EXPECT_FALSE(loss_on_results(options));
  options.markers = calls::MarkerForm::kText;
  EXPECT_TRUE(loss_on_results(options));
  options.result_loss = ResultLoss::kOff;
  EXPECT_FALSE(loss_on_results(options));
}

}  // namespace
}  // namespace toolformer::finetune
