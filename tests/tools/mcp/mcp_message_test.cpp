// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/mcp/mcp_message.h"

#include <gmock/gmock.h>

namespace toolformer::tools {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using Kind = McpMessage::Kind;

TEST(McpMessage, WritesRequestsAndNotifications) {
  EXPECT_EQ(json::parse(mcp_request(7, "tools/call", {{"name", "x"}})),
            json::parse(R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"x"}})"));
  EXPECT_EQ(json::parse(mcp_notification("a/b")),
            json::parse(R"({"jsonrpc":"2.0","method":"a/b"})"));
  EXPECT_EQ(mcp_request(1, "m", {{"text", "two\nlines"}}).find('\n'), std::string::npos);
}

TEST(McpMessage, TellsAnswersFromWhatIsSentUnasked) {
  const McpMessage result = read_mcp_message(R"({"jsonrpc":"2.0","id":7,"result":{"x":1}})", 7);
  EXPECT_EQ(result.kind, Kind::kResult);
  EXPECT_EQ(result.result, json({{"x", 1}}));
  EXPECT_EQ(read_mcp_message(R"({"method":"notifications/progress","params":{}})", 7).kind,
            Kind::kNotification);
  const McpMessage ping = read_mcp_message(R"({"id":"p","method":"ping"})", 7);
  EXPECT_EQ(ping.kind, Kind::kQuestion);
  EXPECT_EQ(json::parse(ping.text), json::parse(R"({"jsonrpc":"2.0","id":"p","result":{}})"));
  const McpMessage other = read_mcp_message(R"({"id":7,"method":"roots/list"})", 7);
  EXPECT_EQ(other.kind, Kind::kQuestion);  // not the answer, although of that number
  EXPECT_EQ(json::parse(other.text)["error"]["code"], -32601);
}

TEST(McpMessage, ErrorsOfTheServerAreTyped) {
  const McpMessage failed =
      read_mcp_message(R"({"id":7,"error":{"code":-32000,"message":"no\nluck"}})", 7);
  EXPECT_EQ(failed.kind, Kind::kError);
  EXPECT_EQ(failed.error.error_kind, "tool_failed");
  EXPECT_THAT(failed.error.error_message, HasSubstr("no\\nluck"));
  EXPECT_EQ(read_mcp_message(R"({"id":7,"error":{"code":-32602}})", 7).error.error_kind,
            "bad_input");
  EXPECT_EQ(read_mcp_message(R"({"id":7,"error":"odd"})", 7).kind, Kind::kError);
  EXPECT_EQ(read_mcp_message(R"({"id":null,"error":{}})", 7).kind, Kind::kError);
}

TEST(McpMessage, WhatIsNoAnswerIsBroken) {
  for (const char* text :
       {R"({"jsonrpc":)", R"({"id":6,"result":{}})", R"({"id":"6","result":{}})",
        R"({"result":{}})", R"({"id":7})", R"({"id":7,"result":null,"error":null})",
        R"({"id":7,"error":null})", R"([{"id":6,"result":{}}])",
        R"({"jsonrpc":"2.0","id":6,"id":7,"result":{}})",
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":\"\xff\"}"}) {
    const McpMessage message = read_mcp_message(text, 7);
    EXPECT_EQ(message.kind, Kind::kBroken) << text;
    EXPECT_EQ(message.error.error_kind, "tool_failed") << text;
  }
  EXPECT_THAT(read_mcp_message(R"({"id":6,"result":{}})", 7).error.error_message,
              HasSubstr("answered request 6, not 7"));
}

TEST(McpMessage, NullMembersAreAbsent) {
  const auto read = [](const char* text) { return read_mcp_message(text, 7); };
  EXPECT_EQ(read(R"({"id":7,"result":{"x":1},"error":null})").result, json({{"x", 1}}));
  EXPECT_EQ(read(R"({"id":7,"method":null,"params":null,"result":{"x":1},"error":null})").result,
            json({{"x", 1}}));
  EXPECT_EQ(read(R"({"id":7,"result":null})").kind, Kind::kResult);
  const McpMessage failed =
      read(R"({"id":7,"result":null,"error":{"code":1,"message":"no luck"}})");
  EXPECT_EQ(failed.error.error_message, "the server says: no luck");
  EXPECT_EQ(read(R"({"id":7,"result":{},"error":"no luck"})").error.error_message,
            "the server says: no luck");
  EXPECT_EQ(read(R"({"id":7,"error":{"message":null,"data":"no luck"}})").error.error_message,
            "the server says: no luck");
  EXPECT_EQ(read(R"({"id":7,"error":{"message":"no","data":"luck"}})").error.error_message,
            "the server says: no: luck");
  EXPECT_EQ(read(R"({"id":null,"method":"notifications/message"})").kind, Kind::kNotification);
}

TEST(McpMessage, AnAnswerMayStandInABatchAndItsIdBeAText) {
  EXPECT_EQ(read_mcp_message(R"({"id":"7","result":1})", 7).result, json(1));
  EXPECT_EQ(read_mcp_message(R"([{"method":"a"},{"id":7,"result":1}])", 7).result, json(1));
  EXPECT_EQ(read_mcp_message(R"([{"method":"a"}])", 7).kind, Kind::kNotification);
}

TEST(McpMessage, WhatIsNoMessageIsNoise) {
  for (const char* text : {"DEBUG: here", "[]", "7", "[INFO] up", "{", "{'a': 1}", "\"up\"", "[1]",
                           R"({"id":77,"error":{"code":-32601}})",
                           R"({"id":0,"error":{"code":-32601}})", R"({"id":"p-1","result":{}})",
                           R"({"level":30,"msg":"up"})", R"({"level":50,"error":"x"})", "null"}) {
    const McpMessage message = read_mcp_message(text, 7);
    EXPECT_EQ(message.kind, Kind::kNoise) << text;
    EXPECT_FALSE(message.text.empty()) << text;
  }
  for (const char* text : {"", " ", "\r", "\xEF\xBB\xBF"}) {
    EXPECT_EQ(read_mcp_message(text, 7).kind, Kind::kNoise);
    EXPECT_EQ(read_mcp_message(text, 7).text, "");
  }
  EXPECT_EQ(read_mcp_message("\xEF\xBB\xBF{\"id\":7,\"result\":1}\r", 7).kind, Kind::kResult);
}

std::string told(const char* result) {
  const Outcome outcome = mcp_call_outcome(json::parse(result));
  return outcome.ok() ? outcome.result : outcome.error_kind + ": " + outcome.error_message;
}

TEST(McpMessage, TextsOfAResultAreJoined) {
  EXPECT_EQ(told(R"({"content":[{"type":"text","text":"a"},{"type":"image","data":"AA"},
                                {"type":"resource","resource":{"uri":"x","text":"b"}}]})"),
            "a\nb");
  EXPECT_EQ(told(R"({"content":[],"structuredContent":{"n":1}})"), R"({"n":1})");
  EXPECT_EQ(told(R"({"content":null,"structuredContent":{"n":1},"isError":null})"), R"({"n":1})");
  EXPECT_EQ(told(R"({"content":"plain"})"), "plain");
  EXPECT_EQ(told(R"({"content":[{"text":"a","resource":null}]})"), "a");
  EXPECT_EQ(told(R"({"content":[],"structuredContent":{"code":"X"},"isError":true})"),
            R"(tool_failed: {"code":"X"})");
  EXPECT_THAT(told(R"({"content":[],"structuredContent":null})"), HasSubstr("no_result"));
  EXPECT_THAT(told(R"({"content":[{"type":"image","data":"AA"}]})"), HasSubstr("no_result"));
  EXPECT_EQ(told(R"({"content":[{"type":"text","text":"bad"}],"isError":true})"),
            "tool_failed: bad");
  for (const char* odd : {"[]", "null", R"({"content":7})", R"({"content":[7,{"text":7}]})",
                          R"({"content":[{"resource":[]}]})"}) {
    EXPECT_FALSE(mcp_call_outcome(json::parse(odd)).ok()) << odd;
  }
}

}  // namespace
}  // namespace toolformer::tools
