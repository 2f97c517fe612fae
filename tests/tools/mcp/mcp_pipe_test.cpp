// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/mcp/mcp_pipe.h"

#include <gmock/gmock.h>

#include <optional>

#include "tools/confined_test.h"

namespace toolformer::tools {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class McpPipeTest : public ConfinedTest {
 protected:
  static McpConnection::Deadline in(int milliseconds) {
    return std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
  }
  McpPipe& greeted(const std::string& fault) {
    const std::string folder = TOOLFORMER_SOURCE_DIR "/tests/tools";
    auto settings =
        formats::TomlTable::parse("read = [\"" + folder + "\"]\nmax_bytes = 100000", "test.toml");
    program_.emplace(ConfinedProgram::Start{{"python3", folder + "/mcp_server.py", "stdio", fault}},
                     settings, ToolResources{});
    pipe_.emplace(*program_);
    const auto about = pipe_->greet(in(20'000));
    if (const auto* error = std::get_if<Outcome>(&about)) ADD_FAILURE() << error->error_message;
    return *pipe_;
  }
  /// The text of an answer of the tool `say`, or "kind: message".
  static std::string say(McpPipe& pipe, const std::string& text, int milliseconds = 20'000) {
    const auto answer = pipe.ask("tools/call", {{"name", "say"}, {"arguments", {{"text", text}}}},
                                 in(milliseconds));
    if (const auto* value = std::get_if<json>(&answer)) return (*value)["content"][0]["text"];
    const auto& error = std::get<Outcome>(answer);
    return error.error_kind + ": " + error.error_message;
  }
  std::optional<ConfinedProgram> program_;
  std::optional<McpPipe> pipe_;
};

TEST_F(McpPipeTest, AsksAgainAndAgain) {
  McpPipe& pipe = greeted("");
  for (const std::string text : {"one", "two\nlines", "\xe2\x82\xac \"\\"}) {
    EXPECT_EQ(say(pipe, text), text);
    EXPECT_TRUE(pipe.is_usable());
  }
}

TEST_F(McpPipeTest, AnswersThePingsOfTheServer) {
  EXPECT_EQ(say(greeted("ping"), "text"), "text");
}

TEST_F(McpPipeTest, EveryFaultIsATypedErrorAndTheEndOfIt) {
  const std::pair<const char*, const char*> faults[] = {
      {"other-id", "tool_failed: the server answered request"},
      {"cut-json", "tool_failed: the server sent a message that cannot be read: {"},
      {"neither", "tool_failed: the server sent neither"},
      {"flood", "too_large: "},
      {"die", "tool_failed: it ended with exit code 1: it had enough"},
  };
  for (const auto& [fault, error] : faults) {
    McpPipe& pipe = greeted(fault);
    EXPECT_EQ(say(pipe, "before"), "before") << fault;
    EXPECT_THAT(say(pipe, "strike"), HasSubstr(error)) << fault;
    EXPECT_FALSE(pipe.is_usable()) << fault;
  }
}

TEST_F(McpPipeTest, LinesThatAreNoMessagesArePassedOver) {
  McpPipe& pipe = greeted("noise");
  for (const std::string text : {"one", "two"}) {
    EXPECT_EQ(say(pipe, text), text);
    EXPECT_TRUE(pipe.is_usable());
  }
  EXPECT_EQ(say(greeted("no-json"), "strike", 500),
            "timeout: no answer in time; it also wrote `DEBUG: here I am`");
}

TEST_F(McpPipeTest, AnswersMayHaveNullMembersAndOtherForms) {
  for (const char* form : {"null-members", "text-id", "batch"}) {
    EXPECT_EQ(say(greeted(form), "strike"), "strike") << form;
  }
  EXPECT_EQ(say(greeted("null-result"), "strike"),
            "tool_failed: the server says: no such town: Atlantis");
}

TEST_F(McpPipeTest, SilenceAndHalfAnAnswerEndAtTheDeadline) {
  EXPECT_THAT(say(greeted("silent"), "strike", 500), HasSubstr("timeout: no answer"));
  EXPECT_FALSE(pipe_->is_usable());
  EXPECT_THAT(say(greeted("half"), "strike", 500), HasSubstr("timeout: half an answer"));
  EXPECT_FALSE(pipe_->is_usable());
}

TEST_F(McpPipeTest, AnAnswerTooManyIsNotTheNextOne) {
  McpPipe& pipe = greeted("twice");
  EXPECT_EQ(say(pipe, "strike"), "strike");
  const auto end = in(20'000);
  while (pipe.is_usable() && std::chrono::steady_clock::now() < end) {
  }
  EXPECT_FALSE(pipe.is_usable());
}

TEST_F(McpPipeTest, AnUnknownRevisionIsRefused) {
  auto settings =
      formats::TomlTable::parse("read = [\"" TOOLFORMER_SOURCE_DIR "/tests/tools\"]", "test.toml");
  const ConfinedProgram program(
      {{"python3", TOOLFORMER_SOURCE_DIR "/tests/tools/mcp_server.py", "stdio", "revision"}},
      settings, ToolResources{});
  const auto about = McpPipe(program).greet(in(20'000));
  ASSERT_TRUE(std::holds_alternative<Outcome>(about));
  EXPECT_THAT(std::get<Outcome>(about).error_message, HasSubstr("\"1999-01-01\""));
}

}  // namespace
}  // namespace toolformer::tools
