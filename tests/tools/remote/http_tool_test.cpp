// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/remote/http_tool.h"

#include <gmock/gmock.h>

#include <cstdlib>

#include "fake/python_server.h"
#include "toolformer/base/error.h"
#include "tools/made_tool.h"

namespace toolformer::tools {
namespace {

using testing::HasSubstr;

const std::string kServices = TOOLFORMER_SOURCE_DIR "/tests/tools/web_services.py";

std::string settings(const std::string& url, const std::string& more) {
  return "kind = \"http\"\nallow_private = true\nurl = \"" + url + "\"\n" + more + "\n";
}

TEST(HttpTool, AsksWithTheInputInTheAddress) {
  const fake::PythonServer server(kServices);
  const std::string url = server.url("/search?q={input}&n=1");
  EXPECT_EQ(told(*made_tool(settings(url, "answer = \"/results/0/text\"")), "caf\xC3\xA9 & co"),
            "about caf\xC3\xA9 & co");
  EXPECT_EQ(told(*made_tool(settings(url, "answer = \"/results/0/score\"")), "x"), "1.5");
  const auto seen =
      made_tool(settings(url, "answer = \"/results/0/seen/path\"\nheaders = { X-Token = \"t\" }"));
  EXPECT_EQ(told(*seen, "a/../b?c#d\r\n"), "/search?q=a%2F..%2Fb%3Fc%23d%0D%0A&n=1");
  const auto token =
      made_tool(settings(url, "answer = \"/results/0/seen/token\"\nheaders = { X-Token = \"t\" }"));
  EXPECT_EQ(told(*token, "x"), "t");
  EXPECT_THAT(told(*made_tool(settings(url, "answer = \"/results/0/text\"")), ""),
              HasSubstr("no_result"));
  EXPECT_THAT(told(*made_tool(settings(server.url("/{input}"), "")), ".."), HasSubstr("bad_input"));
  EXPECT_THAT(told(*made_tool(settings(server.url("/{input}"), "")), "x"),
              HasSubstr("tool_failed: http://127.0.0.1:"));
}

TEST(HttpTool, AsksWithTheInputInJson) {
  const fake::PythonServer server(kServices);
  const auto tool = made_tool(
      settings(server.url("/echo"),
               "body = '{\"query\": \"about {input}\", \"limit\": 1}'\nanswer = \"/request\""));
  EXPECT_EQ(told(*tool, "\", \"limit\": 9, \"x\": \"\xFF"),
            "{\"limit\": 1, \"query\": \"about \\\", \\\"limit\\\": 9, \\\"x\\\": \\\"\\ufffd\"}");
}

TEST(HttpTool, SendsTheKeyWhereTheAddressWantsIt) {
  const fake::PythonServer server(kServices);
  ::setenv("TOOLFORMER_TEST_KEY", "k-0123456789", 1);
  const std::string key = "key_env = \"TOOLFORMER_TEST_KEY\"\n";
  const std::string url = server.url("/keyed?key={key}");
  EXPECT_EQ(told(*made_tool(settings(url, key + "answer = \"/right\"")), "x"), "true");
  EXPECT_EQ(told(*made_tool(settings(url, key + "answer = \"/header\"")), "x"), "false");
  EXPECT_EQ(told(*made_tool(settings(server.url("/keyed"), key + "answer = \"/header\"")), "x"),
            "true");
}

TEST(HttpTool, HasAVersionThatItsSettingsChange) {
  const std::string url = "https://a.example/{input}";
  const std::string version = made_tool(settings(url, ""))->version();
  EXPECT_EQ(made_tool(settings(url, "max_bytes = 5"))->version(), version);
  for (const std::string more :
       {"answer = \"/x\"", "method = \"PUT\"", "body = '{}'", "headers = { X = \"y\" }"}) {
    EXPECT_NE(made_tool(settings(url, more))->version(), version) << more;
  }
}

TEST(HttpTool, RefusesTemplatesThatCannotBeMeant) {
  const std::string url = "https://a.example/";
  EXPECT_THROW(made_tool(settings(url, "body = '{\"q\": {input}}'")), base::UsageError);
  EXPECT_THROW(made_tool(settings(url, "answer = \"results.0\"")), base::UsageError);
}

}  // namespace
}  // namespace toolformer::tools
