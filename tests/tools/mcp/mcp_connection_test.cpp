// SPDX-License-Identifier: Apache-2.0
// With a server that is a list of answers; over pipes and HTTP: mcp_pipe_test, mcp_http_test.
#include "toolformer/tools/mcp/mcp_connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace toolformer::tools {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class Scripted : public McpConnection {
 public:
  explicit Scripted(Answer answer) : answer_(std::move(answer)) {}
  bool is_usable() override { return true; }
  using McpConnection::revision;

  std::vector<json> requests, notifications;
  std::vector<std::int64_t> ids;
  Outcome sent = Outcome::value("");

 protected:
  Answer exchange(const std::string& request, std::int64_t id, Deadline) override {
    requests.push_back(json::parse(request));
    ids.push_back(id);
    return answer_;
  }
  Outcome send(const std::string& notification, Deadline) override {
    notifications.push_back(json::parse(notification));
    return sent;
  }

 private:
  Answer answer_;
};

const McpConnection::Deadline kNever = McpConnection::Deadline::max();

json greeting(const json& revision) {
  return {{"protocolVersion", revision}, {"serverInfo", {{"name", "clock"}}}};
}

TEST(McpConnection, GreetsWithItsRevisionAndSaysThatItIsReady) {
  Scripted server(greeting("2024-11-05"));
  const auto answer = server.greet(kNever);
  ASSERT_TRUE(std::holds_alternative<json>(answer));
  EXPECT_EQ(std::get<json>(answer), json({{"name", "clock"}}));
  ASSERT_EQ(server.requests.size(), 1U);
  EXPECT_EQ(server.requests[0]["method"], "initialize");
  EXPECT_EQ(server.requests[0]["params"]["protocolVersion"], "2025-06-18");
  EXPECT_EQ(server.requests[0]["params"]["clientInfo"]["name"], "toolformer");
  ASSERT_EQ(server.notifications.size(), 1U);
  EXPECT_EQ(server.notifications[0]["method"], "notifications/initialized");
  EXPECT_EQ(server.revision(), "2024-11-05");  // the server's counts
}

TEST(McpConnection, AnotherRevisionIsRefusedByName) {
  for (const json& revision : {json("1999-01-01"), json(7), json()}) {
    Scripted server(greeting(revision));
    const auto answer = server.greet(kNever);
    ASSERT_TRUE(std::holds_alternative<Outcome>(answer));
    EXPECT_EQ(std::get<Outcome>(answer).error_kind, "tool_failed");
    EXPECT_THAT(std::get<Outcome>(answer).error_message, HasSubstr("speaks revision"));
    EXPECT_TRUE(server.notifications.empty());
    EXPECT_EQ(server.revision(), "");
  }
}

TEST(McpConnection, WhatGoesWrongWhileGreetingIsItsAnswer) {
  Scripted deaf(Outcome::error("timeout", "no answer"));
  EXPECT_EQ(std::get<Outcome>(deaf.greet(kNever)).error_kind, "timeout");
  Scripted server(greeting("2025-03-26"));
  server.sent = Outcome::error("tool_failed", "the pipe is closed");
  EXPECT_EQ(std::get<Outcome>(server.greet(kNever)).error_message, "the pipe is closed");
}

TEST(McpConnection, EveryRequestHasANumberOfItsOwn) {
  Scripted server(json::object());
  server.ask("tools/list", json::object(), kNever);
  server.ask("tools/call", {{"name", "now"}}, kNever);
  EXPECT_EQ(server.ids, (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(server.requests[1]["id"], 2);
  EXPECT_EQ(server.requests[1]["jsonrpc"], "2.0");
  EXPECT_EQ(server.requests[1]["method"], "tools/call");
  EXPECT_EQ(server.requests[1]["params"]["name"], "now");
}

}  // namespace
}  // namespace toolformer::tools
