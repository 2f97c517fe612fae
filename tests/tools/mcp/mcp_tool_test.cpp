// SPDX-License-Identifier: Apache-2.0
// The kind `mcp`, against a server that misbehaves on request and against two real ones.
#include "toolformer/tools/mcp/mcp_tool.h"

#include <gmock/gmock.h>

#include <map>
#include <thread>

#include "fake/python_server.h"
#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "fake/test_files.h"
#include "toolformer/base/error.h"
#include "tools/confined_test.h"
#include "tools/made_tool.h"

namespace toolformer::tools {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kFolder = TOOLFORMER_SOURCE_DIR "/tests/tools";

class McpToolTest : public ConfinedTest {
 protected:
  static std::map<std::string, std::unique_ptr<Tool>> made(const std::string& toml) {
    auto settings = formats::TomlTable::parse(toml, "test.toml");
    std::map<std::string, std::unique_ptr<Tool>> tools;
    for (auto& tool : make_mcp_tools("Server", settings, {})) {
      const std::string name = tool->name();
      tools[name] = std::move(tool);
    }
    settings.refuse_unknown();
    return tools;
  }
  static std::string program(const std::string& fault) {
    return "command = [\"python3\", \"" + kFolder + "/mcp_server.py\", \"stdio\", \"" + fault +
           "\"]\nread = [\"" + kFolder + "\"]\n";
  }
  static std::vector<std::string> names(const std::map<std::string, std::unique_ptr<Tool>>& tools) {
    std::vector<std::string> names;
    for (const auto& [name, tool] : tools) names.push_back(name);
    return names;
  }
};

TEST_F(McpToolTest, EveryToolIsCallableUnderItsName) {
  const auto tools = made(program(""));
  EXPECT_THAT(names(tools), ElementsAre("fail", "join_all", "say"));
  EXPECT_EQ(told(*tools.at("say"), "a|b"), "a\nb");
  EXPECT_EQ(told(*tools.at("join_all"), R"({"a": "x", "b": "y"})"), R"({"a": "x", "b": "y"})");
  EXPECT_EQ(told(*tools.at("join_all"), R"({"a": "x"})"), "bad_input: the input lacks \"b\"");
  EXPECT_EQ(told(*tools.at("fail"), "no luck"), "tool_failed: no luck");
  EXPECT_EQ(told(*tools.at("fail"), "protocol"), "tool_failed: the server says: it broke");
  EXPECT_EQ(told(*tools.at("fail"), "parameters"), "bad_input: the server says: bad parameters");
}

TEST_F(McpToolTest, ToolsAreChosenAndRenamed) {
  const auto tools = made(program("") +
                          "tools = [\"say\", \"join-all\"]\nnames = { Join = \"join-all\" }\n"
                          "samples = { say = \"hello\" }");
  EXPECT_THAT(names(tools), ElementsAre("Join", "say"));
  EXPECT_EQ(tools.at("say")->sample_input(), "hello");
  EXPECT_EQ(tools.at("Join")->sample_input(), std::nullopt);
}

TEST_F(McpToolTest, AListEndsWithAPageThatBringsNothingNew) {
  for (const char* fault : {"endless", "empty-cursor", "empty-page"}) {
    EXPECT_THAT(names(made(program(fault))), ElementsAre("fail", "join_all", "say")) << fault;
  }
}

TEST_F(McpToolTest, AServerThatCannotBeUsedIsRefusedWithTheReason) {
  const auto refusal = [](const std::string& settings) {
    return fake::refusal<base::UsageError>([&] { made(settings); });
  };
  EXPECT_THAT(refusal(program("revision")), HasSubstr("1999-01-01"));
  EXPECT_THAT(refusal("command = [\"false\"]"), HasSubstr("exit code 1"));
  EXPECT_THAT(refusal("command = [\"sleep\", \"60\"]\nstart_timeout = \"300 ms\""),
              HasSubstr("timeout"));
  EXPECT_THAT(refusal("url = \"http://127.0.0.1:1/mcp\"\nallow_private = true"),
              HasSubstr("unavailable"));
  EXPECT_THAT(refusal(""), HasSubstr("one of the two"));
  EXPECT_THAT(refusal(program("") + "tools = [\"sing\"]"),
              HasSubstr("no tool sing; it has say, join-all, fail"));
  EXPECT_THAT(refusal(program("") + "names = { fail = \"say\" }"), HasSubstr("rename one"));
}

TEST_F(McpToolTest, AfterAFaultTheNextCallIsAnswered) {
  for (const char* fault : {"other-id", "half", "die", "twice"}) {
    const auto tools = made(program(fault));
    const Tool& say = *tools.at("say");
    say.call("strike", {.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(1)});
    EXPECT_EQ(told(say, "after"), "after") << fault;
  }
}

TEST_F(McpToolTest, OneServerForgetsItsSessionsAndTheCallIsAnsweredAllTheSame) {
  const fake::PythonServer server(kFolder + "/mcp_server.py", {"http", "forget"});
  const auto tools = made("allow_private = true\nurl = \"" + server.url("/mcp") + "\"");
  EXPECT_EQ(told(*tools.at("say"), "strike"), "strike");
  EXPECT_EQ(told(*tools.at("say"), "after"), "after");
}

TEST_F(McpToolTest, CallsAtOnceAreNotMixedUp) {
  const auto tools = made(program(""));
  std::vector<std::thread> threads;
  std::vector<int> right(3);
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        const std::string text = std::to_string(t) + "-" + std::to_string(i);
        right[t] += told(*tools.at("say"), text) == text ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(right, ElementsAre(20, 20, 20));
}

TEST_F(McpToolTest, VersionFollowsServerToolAndSettings) {
  const auto one = made(program(""));
  EXPECT_EQ(made(program(""))["say"]->version(), one.at("say")->version());
  EXPECT_NE(one.at("say")->version(), one.at("fail")->version());
  EXPECT_NE(made(program("quiet"))["say"]->version(), one.at("say")->version());
}

/// The file of a real server in $TOOLFORMER_MCP (scripts/setup.sh --peers).
std::optional<std::string> real_server(const std::string& name) {
  const auto file = fake::find_in(
      "TOOLFORMER_MCP", "node_modules/@modelcontextprotocol/server-" + name + "/dist/index.js");
  return file ? std::optional(file->string()) : std::nullopt;
}

std::string node(const std::string& file, const std::string& argument, const std::string& more) {
  const std::string folder = std::getenv("TOOLFORMER_MCP");
  return "command = [\"node\", \"" + file + "\", \"" + argument + "\"]\nread = [\"" + folder +
         "\"" + more + "]\n";
}

constexpr const char* kNone = "no MCP servers in $TOOLFORMER_MCP (scripts/setup.sh --peers)";

void ask_everything(const std::map<std::string, std::unique_ptr<Tool>>& tools) {
  EXPECT_EQ(told(*tools.at("echo"), "Grüße, \"Welt\""), "Echo: Grüße, \"Welt\"");
  EXPECT_EQ(told(*tools.at("get_sum"), R"({"a": 2, "b": 40.5})"), "The sum of 2 and 40.5 is 42.5.");
  EXPECT_EQ(told(*tools.at("get_sum"), R"({"a": 2})"), "bad_input: the input lacks \"b\"");
  EXPECT_THAT(told(*tools.at("get_structured_content"), "Chicago"), HasSubstr("temperature"));
  EXPECT_THAT(told(*tools.at("get_structured_content"), "Ulm"), HasSubstr("is to be one of"));
  EXPECT_EQ(tools.count("simulate_research_query"), 0U);  // runs as a task only
}

TEST_F(McpToolTest, RealServerEverythingOverStdio) {
  const auto file = real_server("everything");
  if (!file) GTEST_SKIP() << kNone;
  ask_everything(made(node(*file, "stdio", "")));
}

TEST_F(McpToolTest, RealServerEverythingOverHttp) {
  const auto file = real_server("everything");
  if (!file) GTEST_SKIP() << kNone;
  const fake::PythonServer server(kFolder + "/mcp_everything.py", {*file});
  ask_everything(made("allow_private = true\nurl = \"" + server.url("/mcp") + "\""));
}

TEST_F(McpToolTest, RealServerFilesystemInTheSandbox) {
  const auto file = real_server("filesystem");
  if (!file) GTEST_SKIP() << kNone;
  const fake::TemporaryDirectory folder;
  const std::string note = folder.write("note.txt", "first\nsecond\n");
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  const auto tools =
      made(node(*file, folder.path().string(), ", \"" + folder.path().string() + "\""));
  EXPECT_EQ(told(*tools.at("read_text_file"), note), "first\nsecond\n");
  EXPECT_EQ(told(*tools.at("read_text_file"), R"({"path": ")" + note + R"(", "head": 1})"),
            "first");
  EXPECT_EQ(told(*tools.at("list_directory"), folder.path().string()), "[FILE] note.txt");
  EXPECT_THAT(told(*tools.at("list_allowed_directories"), ""), HasSubstr(folder.path().string()));
  EXPECT_THAT(told(*tools.at("read_text_file"), "/etc/passwd"), HasSubstr("tool_failed: "));
  EXPECT_THAT(told(*tools.at("write_file"),
                   R"({"path": ")" + (folder / "new.txt") + R"(", "content": "x"})"),
              HasSubstr("tool_failed: "));
  EXPECT_FALSE(std::filesystem::exists(folder / "new.txt"));
}

}  // namespace
}  // namespace toolformer::tools
