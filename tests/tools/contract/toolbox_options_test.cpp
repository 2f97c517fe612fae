// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/contract/toolbox_options.h"

#include <gmock/gmock.h>

#include <CLI/CLI.hpp>

namespace toolformer::tools {
namespace {

TEST(ToolboxOptions, EveryFlagReachesItsField) {
  ToolboxOptions options;
  CLI::App app;
  bind(app, options);
  app.parse(
      "--tools A,B --toolbox x.toml --index i --now 2019-04-25 --tool-cache c "
      "--unsafe-no-sandbox");
  EXPECT_THAT(options.tools, testing::ElementsAre("A", "B"));
  EXPECT_EQ(options.file, "x.toml");
  EXPECT_EQ(options.index, "i");
  EXPECT_EQ(*options.now, "2019-04-25");
  EXPECT_EQ(options.cache, "c");
  EXPECT_TRUE(options.unsafe_no_sandbox);
}

}  // namespace
}  // namespace toolformer::tools
