// SPDX-License-Identifier: Apache-2.0
#include "toolformer/generate/options.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

#include "toolformer/base/error.h"

namespace toolformer::generate {
namespace {

Options parse(std::vector<std::string> arguments) {
  CLI::App app;
  Options options;
  bind(app, options);
  arguments.insert(arguments.end(), {TOOLFORMER_SOURCE_DIR, "--model"});  // it must exist
  app.parse(arguments);                                                   // last argument first
  check(options);
  return options;
}

TEST(GenerateOptions, PromptsAndTools) {
  const Options options =
      parse({"MT,Calendar", "--tools", "two words", "--prompt", "one", "--prompt"});
  EXPECT_EQ(options.prompts, (std::vector<std::string>{"one", "two words"}));
  EXPECT_EQ(options.toolbox.tools, (std::vector<std::string>{"MT", "Calendar"}));
  // Also where no call can be made.
  EXPECT_THROW(parse({"0", "--call-top-k", "Calculater", "--tools", "a", "--prompt"}),
               base::UsageError);
}

TEST(GenerateOptions, RefusesWhatMakesNoSense) {
  EXPECT_THROW(parse({}), base::UsageError);  // nothing to continue
  EXPECT_THROW(parse({"x", "--input", "a", "--prompt"}), base::UsageError);
  EXPECT_THROW(parse({"o", "--output", "a", "--prompt"}), base::UsageError);
  EXPECT_THROW(parse({"instruct", "--prompt-style", "a", "--prompt"}), base::UsageError);
  EXPECT_THROW(parse({"token", "--markers", "primed", "--prompt-style", "a", "--prompt"}),
               base::UsageError);
  EXPECT_THROW(parse({"0", "--batch", "a", "--prompt"}), base::UsageError);
  EXPECT_THROW(parse({"-1", "--batch", "a", "--prompt"}), CLI::ValidationError);
}

}  // namespace
}  // namespace toolformer::generate
