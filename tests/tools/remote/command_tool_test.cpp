// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/remote/command_tool.h"

#include <gtest/gtest.h>

#include "toolformer/base/error.h"
#include "tools/confined_test.h"

namespace toolformer::tools {
namespace {

class CommandToolTest : public ConfinedTest {
 protected:
  static std::unique_ptr<Tool> made(ToolFactory factory, const std::string& settings) {
    auto table = formats::TomlTable::parse(settings, "test.toml");
    auto tools = factory("Tool", table, {});
    table.refuse_unknown();
    return std::move(tools.at(0));
  }
  static std::unique_ptr<Tool> command(const std::string& settings) {
    return made(make_command_tool, settings);
  }
  static CallContext within(std::chrono::milliseconds time) {
    return {.deadline = std::chrono::steady_clock::now() + time};
  }
};

TEST_F(CommandToolTest, InputIsStandardInput) {
  const auto tool = command("command = [\"rev\"]");
  EXPECT_EQ(tool->call("$(id) `id` ; abc", {}).result, "cba ; `di` )di($");
}

TEST_F(CommandToolTest, InputIsOneArgumentWhateverItHolds) {
  const auto tool = command("command = [\"printf\", \"<%s>\", \"{input}\", \"end\"]");
  EXPECT_EQ(tool->call("a b; echo c\n*", {}).result, "<a b; echo c\n*><end>");
  EXPECT_EQ(tool->call("-x", {}).error_kind, "bad_input");
  EXPECT_EQ(tool->call(std::string_view("a\0b", 3), {}).error_kind, "bad_input");
  const auto guarded = command("command = [\"basename\", \"--\", \"{input}\"]");
  EXPECT_EQ(guarded->call("-x", {}).result, "-x\n");
}

TEST_F(CommandToolTest, FailureIsTypedAndQuotesStandardError) {
  const Outcome outcome = command("command = [\"ls\", \"--\", \"{input}\"]")->call("/absent", {});
  EXPECT_EQ(outcome.error_kind, "tool_failed");
  EXPECT_NE(outcome.error_message.find("/absent"), std::string::npos) << outcome.error_message;
  EXPECT_FALSE(outcome.transient);
}

TEST_F(CommandToolTest, DeadlineEndsIt) {
  const Outcome outcome =
      command("command = [\"sleep\", \"60\"]")->call("", within(std::chrono::milliseconds(300)));
  EXPECT_EQ(outcome.error_kind, "timeout");
  EXPECT_FALSE(outcome.transient);  // it would sleep as long again
  const Outcome online = command("command = [\"sleep\", \"60\"]\nnetwork = true")
                             ->call("", within(std::chrono::milliseconds(300)));
  EXPECT_EQ(online.error_kind, "timeout");
  EXPECT_TRUE(online.transient);
}

TEST_F(CommandToolTest, ASignalFromOutsideIsNoTimeout) {
  const auto python = made(make_python_tool, "");
  const Outcome killed = python->call("import os; os.kill(os.getpid(), 9)", {});
  EXPECT_EQ(killed.error_kind, "tool_failed");
  EXPECT_NE(killed.error_message.find("memory"), std::string::npos) << killed.error_message;
  const auto brief = made(make_python_tool, "cpu_seconds = 1");
  const Outcome busy = brief->call("while True: pass", within(std::chrono::seconds(20)));
  EXPECT_EQ(busy.error_kind, "timeout") << busy.error_message;
  EXPECT_FALSE(busy.transient);
}

TEST_F(CommandToolTest, OutputHasALimit) {
  const auto tool = command("command = [\"cat\"]\nmax_bytes = 10");
  EXPECT_EQ(tool->call("0123456789", {}).result, "0123456789");
  EXPECT_EQ(tool->call("0123456789a", {}).error_kind, "too_large");
}

TEST_F(CommandToolTest, VersionFollowsTheCommand) {
  const std::string version = command("command = [\"cat\"]")->version();
  EXPECT_EQ(command("command = [\"cat\"]\nmemory_mb = 64")->version(), version);
  EXPECT_NE(command("command = [\"rev\"]")->version(), version);
  EXPECT_NE(command("command = [\"cat\"]\nnetwork = true")->version(), version);
  EXPECT_NE(command("command = [\"cat\"]\nenv = { A = \"b\" }")->version(), version);
  EXPECT_NE(command("command = [\"cat\"]\nread = [\"/usr\"]")->version(), version);
  EXPECT_NE(command("command = [\"cat\", \"a\", \"b\"]")->version(),
            command("command = [\"cat\", \"a\\nb\"]")->version());
}

TEST_F(CommandToolTest, RefusesSettingsThatCannotBeMeant) {
  for (const std::string settings :
       {"", "command = []", "command = [\"{input}\"]",
        "command = [\"a\", \"{input}\", \"{input}\"]", "command = [\"no-such-program-anywhere\"]",
        "command = [\"cat\"]\nmemory_mb = 1"}) {
    EXPECT_THROW(command(settings), base::UsageError) << settings;
  }
}

TEST_F(CommandToolTest, PythonPrintsItsResult) {
  const auto tool = made(make_python_tool, "");
  EXPECT_EQ(tool->call("print(sum(range(10)))", {}).result, "45\n");
  EXPECT_EQ(tool->call("1/0", {}).error_kind, "tool_failed");
  EXPECT_EQ(tool->call("import socket\nsocket.create_connection(('127.0.0.1', 9), 1)", {}).ok(),
            false);
  EXPECT_EQ(tool->call("open('/etc/toolformer-was-here', 'w')", {}).error_kind, "tool_failed");
}

}  // namespace
}  // namespace toolformer::tools
