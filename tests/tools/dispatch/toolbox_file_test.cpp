// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/dispatch/toolbox_file.h"

#include <gmock/gmock.h>

#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"

namespace toolformer::tools {
namespace {

TEST(ReadToolboxFile, ReadsWhatAllToolsShareAndTheEntries) {
  const fake::TemporaryDirectory directory;
  ToolboxFile file = read_toolbox_file(directory.write(
      "toolbox.toml",
      "# ours\ntools = [\"Calculator\", \"Calendar\"]\nindex = \"wiki.index\"\n"
      "now = \"2024-05-01\"\ndecimals = 3\n[tool.QA]\nkind = \"http\"\nenabled = false\n"
      "url = \"http://127.0.0.1\"\n"));
  EXPECT_EQ(file.tools, (std::vector<std::string>{"Calculator", "Calendar"}));
  EXPECT_EQ(file.index, directory / "wiki.index");
  EXPECT_EQ(*file.now, "2024-05-01");
  EXPECT_EQ(*file.decimals, 3);
  ASSERT_EQ(file.entries.size(), 1U);
  ToolboxEntry& entry = file.entries.at("QA");
  EXPECT_EQ(entry.kind, "http");
  EXPECT_FALSE(entry.enabled);
  EXPECT_EQ(entry.folder, directory.path());
  EXPECT_EQ(entry.settings.string("url", ""), "http://127.0.0.1");
}

TEST(ReadToolboxFile, NamesFileAndKey) {
  const fake::TemporaryDirectory directory;
  const auto message = [&](const std::filesystem::path& path) {
    return fake::refusal<base::UsageError>([&] { read_toolbox_file(path); });
  };
  EXPECT_THAT(message(directory.write("toolbox.toml", "too = [\"Calculator\"]\n")),
              ::testing::HasSubstr("toolbox.toml:1: too is unknown, perhaps tool?"));
  EXPECT_THAT(message(directory.write("toolbox.toml", "decimals = \"many\"\n")),
              ::testing::HasSubstr("decimals must be a whole number"));
  EXPECT_THAT(message(directory.write("toolbox.toml", "[tool]\nQA = 3\n")),
              ::testing::HasSubstr("QA must be a table: [tool.QA]"));
  EXPECT_THAT(message("/nowhere/toolbox.toml"), ::testing::HasSubstr("/nowhere/toolbox.toml"));
}

TEST(ReadToolboxFile, TheShippedOneIsThere) {
  const ToolboxFile file = read_toolbox_file(default_toolbox_file());
  EXPECT_EQ(file.entries.count("Calculator"), 1U);
}

TEST(CheckToolNames, RefusesUnknownOnesUnlessAServerMayHaveThem) {
  const fake::TemporaryDirectory directory;
  const ToolboxFile shipped = read_toolbox_files({});
  check_tool_names(shipped, {"Calculator", "QA"});
  EXPECT_THAT(fake::refusal<base::UsageError>([&] { check_tool_names(shipped, {"Calculater"}); }),
              testing::HasSubstr("`Calculater` is unknown (did you mean Calculator?)"));
  const ToolboxFile server = read_toolbox_files(directory.write(
      "tools.toml", "[tool.Server]\nkind = \"mcp\"\nurl = \"http://127.0.0.1:1\"\n"));
  check_tool_names(server, {"anything"});
}

}  // namespace
}  // namespace toolformer::tools
