// SPDX-License-Identifier: Apache-2.0
// What a web tool makes of servers that misbehave; transfer_test.cpp holds them all.
#include "toolformer/tools/transport/endpoint.h"

#include <gmock/gmock.h>

#include <cstdlib>

#include "fake/python_server.h"
#include "toolformer/base/error.h"
#include "tools/made_tool.h"

namespace toolformer::tools {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kHostile = TOOLFORMER_SOURCE_DIR "/tests/http/hostile_server.py";

std::string http_tool(const std::string& url, const std::string& more = "") {
  return "kind = \"http\"\nallow_private = true\nurl = \"" + url + "\"\n" + more + "\n";
}

TEST(Endpoint, MakesATypedErrorOfEveryFailure) {
  const fake::PythonServer server(kHostile);
  const std::vector<std::array<std::string, 2>> cases = {
      {"/bad-json", "tool_failed"},
      {"/deep-json", "tool_failed"},
      {"/html", "tool_failed"},
      {"/nan-json", "tool_failed"},
      {"/not-utf8", "tool_failed"},
      {"/big", "too_large"},
      {"/gzip-bomb", "too_large"},
      {"/404", "tool_failed"},
      {"/401", "tool_failed"},
      {"/no-http", "tool_failed"},
      {"/ok/../../x", "tool_failed"},
      {"/no-content", "tool_failed"},
      {"/redirect?to=http://169.254.169.254/", "refused"}};
  for (const auto& [path, kind] : cases) {
    const auto tool = made_tool(http_tool(server.url(path), "answer = \"/answer\""));
    const Outcome outcome = tool->call("x", {});
    EXPECT_EQ(outcome.error_kind, kind) << path << ": " << outcome.error_message;
    EXPECT_FALSE(outcome.transient) << path;
  }
  for (const std::string path : {"/429", "/500", "/reset", "/length-too-long"}) {
    const Outcome outcome = made_tool(http_tool(server.url(path)))->call("x", {});
    EXPECT_EQ(outcome.error_kind, "unavailable") << path << ": " << outcome.error_message;
    EXPECT_TRUE(outcome.transient) << path;
  }
  const Outcome later = made_tool(http_tool(server.url("/429")))->call("x", {});
  EXPECT_EQ(later.retry_after, std::chrono::hours(1));
}

TEST(Endpoint, KeepsTheDeadlineOfTheCall) {
  const fake::PythonServer server(kHostile);
  CallContext context;
  context.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(100);
  const Outcome outcome = made_tool(http_tool(server.url("/drip")))->call("x", context);
  EXPECT_EQ(outcome.error_kind, "timeout");
  EXPECT_TRUE(outcome.transient);
}

TEST(Endpoint, IsPrivateOnlyWhenTheSettingsSaySo) {
  const fake::PythonServer server(kHostile);
  const Outcome outcome =
      made_tool("kind = \"http\"\nurl = \"" + server.url("/ok") + "\"\n")->call("x", {});
  EXPECT_EQ(outcome.error_kind, "refused");
  EXPECT_THAT(outcome.error_message, HasSubstr("allow_private = true"));
}

TEST(Endpoint, NeverShowsTheKey) {
  const fake::PythonServer server(kHostile);
  const std::string key = "k-0123456789";
  ::setenv("TOOLFORMER_TEST_KEY", key.c_str(), 1);
  for (const std::string path :
       {"/echo-key", "/echo-key?status=404%20no", "/echo", "/echo?key={key}"}) {
    const auto tool = made_tool(http_tool(server.url(path), "key_env = \"TOOLFORMER_TEST_KEY\""));
    const Outcome outcome = tool->call("x", {});
    EXPECT_FALSE(outcome.ok()) << path;
    EXPECT_THAT(outcome.error_message, HasSubstr("holds the key")) << path;
    EXPECT_THAT(outcome.error_message + outcome.result + tool->version(), Not(HasSubstr(key)));
  }
  const auto one =
      made_tool(http_tool(server.url("/ok"), "headers = { X-Key = \"k-0123456789\" }"));
  const auto two = made_tool(http_tool(server.url("/ok"), "headers = { X-Key = \"other\" }"));
  EXPECT_THAT(one->version(), Not(HasSubstr(key)));
  EXPECT_NE(one->version(), two->version());
}

TEST(Endpoint, RefusesSettingsThatCannotBeMeant) {
  ::unsetenv("TOOLFORMER_TEST_KEY");
  const std::vector<std::array<std::string, 2>> cases = {
      {"url = \"ftp://a.example/\"", "http or https"},
      {"url = \"a.example\"", "no address"},
      {"url = \"https://user:word"
       "@a.example/\"",
       "user name"},
      {"url = \"https://{input}.example/\"", "must be fixed"},
      {"url = \"https://a.example:{input}/\"", "must be fixed"},
      {"url = \"https://a.example?k={key}\"", "needs key_env"},
      {"url = \"https://a.example\"\nkey_env = \"TOOLFORMER_TEST_KEY\"", "is not set"},
      {"url = \"https://a.example\"\nheaders = { Host = \"b\" }", "host"},
      {"url = \"https://a.example\"\nheaders = { X = \"a\\r\\nY: z\" }", "control characters"},
      {"url = \"https://a.example\"\nredirects = -1", "redirects"},
      {"url = \"https://a.example\"\nproxy = \"x\"", "proxy"},
      {"allow_private = true", "url"},
  };
  for (const auto& [settings, why] : cases) {
    try {
      made_tool("kind = \"http\"\n" + settings + "\n");
      ADD_FAILURE() << settings;
    } catch (const base::UsageError& error) {
      EXPECT_THAT(error.what(), HasSubstr(why)) << settings;
      EXPECT_THAT(error.what(), HasSubstr("test.toml")) << settings;
    }
  }
}

TEST(TextAt, IsOneText) {
  const auto value = nlohmann::json::parse(
      R"({"a": [" x ", 1.50, true, null, {"b": 1}, [], " ", 12345678901234567890]})");
  const auto at = [&](const std::string& pointer) {
    const Outcome outcome = text_at(value, nlohmann::json::json_pointer(pointer));
    return outcome.ok() ? outcome.result : outcome.error_kind;
  };
  EXPECT_EQ(at("/a/0"), " x ");
  EXPECT_EQ(at("/a/1"), "1.5");
  EXPECT_EQ(at("/a/2"), "true");
  EXPECT_EQ(at("/a/3"), "no_result");
  EXPECT_EQ(at("/a/4"), "bad_result");
  EXPECT_EQ(at("/a/5"), "bad_result");
  EXPECT_EQ(at("/a/6"), "no_result");
  EXPECT_EQ(at("/a/7"), "12345678901234567890");
  EXPECT_EQ(at("/a/8"), "no_result");
  EXPECT_EQ(at("/a/x"), "no_result");
  EXPECT_EQ(at("/b/0/c"), "no_result");
  EXPECT_EQ(at("/a/0/c"), "no_result");
}

}  // namespace
}  // namespace toolformer::tools
