// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/toolbox_file.h"

#include <gmock/gmock.h>

#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"

namespace toolformer::filter {
namespace {

TEST(ReadToolboxFile, FillsWhatNoFlagSet) {
  const fake::TemporaryDirectory directory;
  tools::ToolboxOptions options;
  options.now = "2020-01-01";
  read_toolbox_file(
      directory.write("toolbox.toml",
                      "# ours\ntools = [\"Calculator\", \"Calendar\"]\nindex = \"wiki.index\"\n"
                      "now = \"2024-05-01\"\ndecimals = 3\n"),
      options);
  EXPECT_EQ(options.tools, (std::vector<std::string>{"Calculator", "Calendar"}));
  EXPECT_EQ(options.index, directory / "wiki.index");
  EXPECT_EQ(*options.now, "2020-01-01");
  EXPECT_EQ(options.decimals, 3);
}

TEST(ReadToolboxFile, NamesFileAndKey) {
  const fake::TemporaryDirectory directory;
  tools::ToolboxOptions options;
  const auto message = [&](const std::filesystem::path& path) {
    return fake::refusal<base::UsageError>([&] { read_toolbox_file(path, options); });
  };
  EXPECT_THAT(message(directory.write("toolbox.toml", "tool = [\"Calculator\"]\n")),
              ::testing::HasSubstr("`tool`, perhaps `tools`"));
  EXPECT_THAT(message(directory.write("toolbox.toml", "decimals = many\n")),
              ::testing::HasSubstr("`many` is not a number"));
  EXPECT_THAT(message("/nowhere/toolbox.toml"), ::testing::HasSubstr("/nowhere/toolbox.toml"));
}

}  // namespace
}  // namespace toolformer::filter
