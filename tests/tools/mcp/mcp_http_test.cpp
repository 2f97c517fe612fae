// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/mcp/mcp_http.h"

#include <gmock/gmock.h>

#include <optional>

#include "fake/python_server.h"

namespace toolformer::tools {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class McpHttpTest : public testing::Test {
 protected:
  static McpConnection::Deadline soon() {
    return std::chrono::steady_clock::now() + std::chrono::seconds(20);
  }
  McpHttp& greeted(const std::string& fault) {
    connection_.reset();
    server_.emplace(TOOLFORMER_SOURCE_DIR "/tests/tools/mcp_server.py",
                    std::vector<std::string>{"http", fault});
    auto settings = formats::TomlTable::parse(
        "allow_private = true\nurl = \"" + server_->url("/mcp") + "\"", "test.toml");
    endpoint_.emplace(settings, ToolResources{});
    connection_.emplace(*endpoint_);
    const auto about = connection_->greet(soon());
    if (const auto* error = std::get_if<Outcome>(&about)) ADD_FAILURE() << error->error_message;
    return *connection_;
  }
  static std::string say(McpHttp& connection, const std::string& text) {
    const auto answer =
        connection.ask("tools/call", {{"name", "say"}, {"arguments", {{"text", text}}}}, soon());
    if (const auto* value = std::get_if<json>(&answer)) return (*value)["content"][0]["text"];
    const auto& error = std::get<Outcome>(answer);
    return error.error_kind + ": " + error.error_message;
  }
  std::string open_sessions() {
    return endpoint_->exchange({.url = server_->url("/count")}, {.deadline = soon()}).body;
  }
  std::optional<fake::PythonServer> server_;
  std::optional<Endpoint> endpoint_;
  std::optional<McpHttp> connection_;
};

TEST_F(McpHttpTest, ReadsAnswersAsJsonAndAsEvents) {
  EXPECT_EQ(say(greeted("json"), "as JSON \xe2\x82\xac"), "as JSON \xe2\x82\xac");
  McpHttp& connection = greeted("");
  EXPECT_EQ(say(connection, "one"), "one");
  EXPECT_EQ(say(connection, "two"), "two");
}

TEST_F(McpHttpTest, PassesOverEventsThatAreNoMessages) {
  McpHttp& connection = greeted("noise");
  EXPECT_EQ(say(connection, "one"), "one");
  EXPECT_EQ(say(connection, "two"), "two");
}

TEST_F(McpHttpTest, QuotesWhatIsNoMessage) {
  server_.emplace(TOOLFORMER_SOURCE_DIR "/tests/tools/mcp_server.py",
                  std::vector<std::string>{"http", "no-json"});
  auto settings = formats::TomlTable::parse(
      "allow_private = true\nurl = \"" + server_->url("/mcp") + "\"", "test.toml");
  endpoint_.emplace(settings, ToolResources{});
  EXPECT_THAT(std::get<Outcome>(McpHttp(*endpoint_).greet(soon())).error_message,
              HasSubstr("no message: `<html>log in</html>`"));
}

TEST_F(McpHttpTest, DoesNotWaitForTheEndOfAStreamThatHasAnswered) {
  EXPECT_EQ(say(greeted("stays-open"), "text"), "text");
}

TEST_F(McpHttpTest, TellsTheServerThatTheSessionIsOver) {
  greeted("json");
  EXPECT_EQ(open_sessions(), "1");
  connection_.reset();
  EXPECT_EQ(open_sessions(), "0");
}

TEST_F(McpHttpTest, NoticesThatTheServerForgotTheSession) {
  McpHttp& connection = greeted("forget");
  EXPECT_EQ(say(connection, "strike"), "strike");
  EXPECT_TRUE(connection.is_usable());
  EXPECT_THAT(say(connection, "text"), HasSubstr("tool_failed"));
  EXPECT_TRUE(connection.has_lapsed());
  EXPECT_FALSE(connection.is_usable());
}

TEST_F(McpHttpTest, FaultsAreTypedErrors) {
  EXPECT_THAT(say(greeted("no-answer"), "strike"), HasSubstr("unavailable: the server's stream"));
  EXPECT_EQ(say(*connection_, "after"), "after");
  EXPECT_THAT(say(greeted("other-id"), "strike"), HasSubstr("tool_failed: the server answered"));
  EXPECT_EQ(say(*connection_, "after"), "after");
}

}  // namespace
}  // namespace toolformer::tools
