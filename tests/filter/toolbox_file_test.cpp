// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/toolbox_file.h"

#include <gmock/gmock.h>

#include <fstream>

#include "toolformer/base/error.h"

namespace toolformer::filter {
namespace {

std::filesystem::path file(const std::string& content) {
  const auto path = std::filesystem::path(::testing::TempDir()) / "toolbox.toml";
  std::ofstream(path) << content;
  return path;
}

TEST(ReadToolboxFile, FillsWhatNoFlagSet) {
  tools::ToolboxOptions options;
  options.now = "2020-01-01";
  read_toolbox_file(file("# ours\ntools = [\"Calculator\", \"Calendar\"]\nindex = \"wiki.index\"\n"
                         "now = \"2024-05-01\"\ndecimals = 3\n"),
                    options);
  EXPECT_EQ(options.tools, (std::vector<std::string>{"Calculator", "Calendar"}));
  EXPECT_EQ(options.index, (std::filesystem::path(::testing::TempDir()) / "wiki.index").string());
  EXPECT_EQ(*options.now, "2020-01-01");
  EXPECT_EQ(options.decimals, 3);
}

TEST(ReadToolboxFile, NamesFileAndKey) {
  tools::ToolboxOptions options;
  const auto message = [&](const std::filesystem::path& path) -> std::string {
    try {
      read_toolbox_file(path, options);
    } catch (const base::UsageError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(message(file("tool = [\"Calculator\"]\n")),
              ::testing::HasSubstr("`tool`, perhaps `tools`"));
  EXPECT_THAT(message(file("decimals = many\n")), ::testing::HasSubstr("`many` is not a number"));
  EXPECT_THAT(message("/nowhere/toolbox.toml"), ::testing::HasSubstr("/nowhere/toolbox.toml"));
}

}  // namespace
}  // namespace toolformer::filter
