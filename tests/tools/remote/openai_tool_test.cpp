// SPDX-License-Identifier: Apache-2.0
// The interface, against a small server; llama_server_test.cpp asks a real one.
#include "toolformer/tools/remote/openai_tool.h"

#include <gmock/gmock.h>

#include "fake/python_server.h"
#include "toolformer/base/error.h"
#include "tools/made_tool.h"

namespace toolformer::tools {
namespace {

using testing::HasSubstr;

const std::string kServices = TOOLFORMER_SOURCE_DIR "/tests/tools/web_services.py";

std::string settings(const std::string& url, const std::string& more) {
  return "kind = \"openai\"\nallow_private = true\nmodel = \"m\"\nurl = \"" + url + "\"\n" + more +
         "\n";
}

TEST(OpenaiTool, AsksAChat) {
  const fake::PythonServer server(kServices);
  const auto tool = made_tool(
      settings(server.url("/v1/"), "system = \"Be brief.\"\nprompt = \"Question: {input}\""));
  EXPECT_EQ(told(*tool, "Who \"is\" {input}?"),
            "system: Be brief. | user: Question: Who \"is\" {input}?");
  EXPECT_THAT(told(*made_tool(settings(server.url("/v1"), "max_tokens = 5")), "x"),
              HasSubstr("bad_result: max_tokens cut the answer"));
  EXPECT_THAT(told(*made_tool(settings(server.url("/v2"), "")), "x"),
              HasSubstr("status 404: The model `x` does not exist"));
}

TEST(OpenaiTool, AsksForACompletion) {
  const fake::PythonServer server(kServices);
  const auto tool = made_tool(settings(server.url("/v1"),
                                       "api = \"completions\"\nprompt = \"Q: {input} "
                                       "A:\"\nmax_tokens = 9\nseed = 3\nanswer = \"all\""));
  EXPECT_EQ(told(*tool, "Who?"),
            R"({"model": "m", "prompt": "Q: Who? A:", "max_tokens": 9, "temperature": 0.0, )"
            R"("seed": 3, "stop": ["\n"]})");
}

TEST(OpenaiTool, ReadsAnswersOfOtherShapes) {
  const fake::PythonServer server(kServices);
  const auto tool = made_tool(settings(server.url("/shaped"), ""));
  for (const char* shape : {"parts", "thoughts", "part", "closed", "mark"}) {
    EXPECT_EQ(told(*tool, shape), "Oslo") << shape;
  }
  EXPECT_THAT(told(*tool, "image"), HasSubstr("no_result: "));
  EXPECT_EQ(told(*tool, "refusal"), "no_result: the model refuses: not that");
  EXPECT_THAT(told(*tool, "reasoning"), HasSubstr("no_result: the model wrote thoughts"));
  EXPECT_EQ(told(*tool, "empty"), "no_result: the model wrote no answer");
  for (const char* shape : {"null", "none"}) {
    EXPECT_THAT(told(*tool, shape), HasSubstr("no_result: the answer has nothing")) << shape;
  }
}

TEST(OpenaiTool, QuotesAnErrorOfStatus200) {
  const fake::PythonServer server(kServices);
  const auto tool = made_tool(settings(server.url("/shaped"), ""));
  for (const char* shape : {"error", "string", "list", "flag", "object"}) {
    EXPECT_EQ(told(*tool, shape), "tool_failed: the server says: no model is loaded") << shape;
  }
  for (const char* shape : {"busy", "overloaded"}) {
    const Outcome outcome = tool->call(shape, {});
    EXPECT_EQ(outcome.error_kind, "unavailable") << shape;
    EXPECT_TRUE(outcome.transient) << shape;
    EXPECT_EQ(outcome.error_message, "the server says: come later") << shape;
  }
}

TEST(OpenaiTool, Translates) {
  const fake::PythonServer server(kServices);
  const auto tool = made_tool(settings(server.url("/v1"), "source = \"es\""));
  EXPECT_EQ(told(*tool, "Hola"),
            "system: Translate the user's text from es to en. Answer with the translation only. | "
            "user: Hola");
}

TEST(OpenaiTool, HasAVersionThatItsSettingsChange) {
  const std::string url = "https://a.example/v1";
  const std::string version = made_tool(settings(url, ""))->version();
  for (const std::string more :
       {"api = \"completions\"", "system = \"x\"", "prompt = \"x {input}\"", "max_tokens = 3",
        "temperature = 0.5", "seed = 1", "stop = \".\"", "answer = \"all\"", "source = \"es\""}) {
    EXPECT_NE(made_tool(settings(url, more))->version(), version) << more;
  }
}

TEST(OpenaiTool, RefusesSettingsThatCannotBeMeant) {
  for (const std::string more :
       {"api = \"chats\"", "answer = \"word\"", "prompt = \"no hole\"", "max_tokens = 0",
        "api = \"completions\"\nsystem = \"x\"", "temperature = -1", "modle = \"x\""}) {
    EXPECT_THROW(made_tool(settings("https://a.example/v1", more)), base::UsageError) << more;
  }
}

}  // namespace
}  // namespace toolformer::tools
