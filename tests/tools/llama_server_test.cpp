// SPDX-License-Identifier: Apache-2.0
// Questions to a real server with OpenAI's interface: llama.cpp's, with a real model.
#include <gmock/gmock.h>

#include <cstdlib>

#include "fake/python_server.h"
#include "fake/test_files.h"
#include "tools/made_tool.h"

namespace toolformer::tools {
namespace {

const std::string kScript = TOOLFORMER_SOURCE_DIR "/tests/tools/llama_server.py";

std::string settings(const fake::PythonServer& server, const std::string& more) {
  return "kind = \"openai\"\nallow_private = true\nmodel = \"test\"\nmax_tokens = 24\nurl = \"" +
         server.url("/v1") + "\"\n" + more + "\n";
}

TEST(LlamaServer, AnswersQuestionsByChatAndCompletion) {
  const auto model = fake::model_file("smollm2-135m-instruct.gguf");
  const auto python = fake::find_in("TOOLFORMER_PEERS", "bin/python");
  if (!model || !python) {
    GTEST_SKIP() << "no model in $TOOLFORMER_MODELS, or no llama.cpp server in $TOOLFORMER_PEERS "
                    "(scripts/setup.sh --peers)";
  }
  const fake::PythonServer server(kScript, {model->string()}, python->string());
  // A small model answers in riddles unless it is told how: the system's words count, too.
  const auto chat = made_tool(settings(server, "system = \"Answer with one word.\""));
  EXPECT_THAT(told(*chat, "What is the capital of France?"), testing::HasSubstr("Paris"));
  EXPECT_THAT(told(*chat, "What is the capital of Italy?"), testing::HasSubstr("Rome"));
  const auto bare = made_tool(settings(server, ""));
  EXPECT_THAT(told(*bare, "What is the capital of France?"),
              testing::Not(testing::HasSubstr("Paris")));
  const auto completion = made_tool(settings(server,
                                             "api = \"completions\"\nprompt = \"\"\""
                                             "Q: What is the capital of Italy?\nA: Rome.\n"
                                             "Q: {input}\nA:\"\"\""));
  EXPECT_EQ(told(*completion, "What is the capital of France?"), "Paris.");
}

}  // namespace
}  // namespace toolformer::tools
