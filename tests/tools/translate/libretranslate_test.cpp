// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/translate/libretranslate.h"

#include <gmock/gmock.h>

#include <cstdlib>

#include "fake/python_server.h"
#include "fake/test_files.h"
#include "tools/made_tool.h"

namespace toolformer::tools {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kServices = TOOLFORMER_SOURCE_DIR "/tests/tools/web_services.py";

std::string settings(const fake::PythonServer& server, const std::string& more) {
  return "kind = \"libretranslate\"\nallow_private = true\nkey_env = \"TOOLFORMER_TEST_KEY\"\n"
         "url = \"" +
         server.url() + "\"\n" + more + "\n";
}

TEST(Libretranslate, TranslatesWithAFixedLanguageAndTheServersGuess) {
  const fake::PythonServer server(kServices);
  ::setenv("TOOLFORMER_TEST_KEY", "k-0123456789", 1);
  EXPECT_EQ(told(*made_tool(settings(server, "source = \"es\"")), "El perro corre por la calle."),
            "The dog runs along the street.");
  EXPECT_EQ(told(*made_tool(settings(server, "source = \"server\"\ntarget = \"de\"")), "x \"y\""),
            "auto>de: x \"y\"");
}

TEST(Libretranslate, IdentifiesTheLanguage) {
  const auto model = fake::model_file("lid.176.ftz");
  if (!model) GTEST_SKIP() << "no lid.176.ftz in $TOOLFORMER_MODELS";
  const fake::PythonServer server(kServices);
  ::setenv("TOOLFORMER_TEST_KEY", "k-0123456789", 1);
  const auto tool = made_tool(settings(server, "language_model = \"" + model->string() + "\""));
  EXPECT_EQ(told(*tool, *tool->sample_input()), "The dog runs along the street.");
  EXPECT_THAT(told(*tool, "This is English already."), HasSubstr("bad_input: it is in the wanted"));
}

TEST(Libretranslate, DoesNotShowARefusedKey) {
  const fake::PythonServer server(kServices);
  ::setenv("TOOLFORMER_TEST_KEY", "k-wrong-0123456789", 1);
  const std::string answer = told(*made_tool(settings(server, "source = \"es\"")), "Hola");
  EXPECT_THAT(answer, HasSubstr("tool_failed"));
  EXPECT_THAT(answer, Not(HasSubstr("k-wrong")));
}

}  // namespace
}  // namespace toolformer::tools
