// SPDX-License-Identifier: Apache-2.0
// The kind `translate_process`, with a program that misbehaves on request and with real Apertium.
#include "toolformer/tools/translate/translate_process.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <thread>

#include "fake/refusal.h"
#include "fake/test_files.h"
#include "toolformer/base/error.h"
#include "tools/confined_test.h"
#include "tools/made_tool.h"

namespace toolformer::tools {
namespace {

using testing::HasSubstr;

class TranslateProcessTest : public ConfinedTest {
 protected:
  static std::string lines(const std::string& fault, const std::string& more = "source = \"es\"") {
    const std::string folder = TOOLFORMER_SOURCE_DIR "/tests/tools";
    return "kind = \"translate_process\"\nmax_bytes = 100000\nread = [\"" + folder +
           "\"]\ncommand = [\"python3\", \"" + folder +
           "/line_translator.py\", \"{source}\", \"{target}\", \"" + fault + "\"]\n" + more + "\n";
  }
  /// Within half a second.
  static std::string told_soon(const Tool& tool, std::string_view input) {
    const Outcome outcome = tool.call(
        input, {.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(500)});
    return outcome.ok() ? outcome.result : outcome.error_kind + ": " + outcome.error_message;
  }
};

TEST_F(TranslateProcessTest, OneProcessTranslatesLineAfterLine) {
  const auto tool = made_tool(lines(""));
  EXPECT_EQ(told(*tool, "uno"), "es>en 1: uno");
  EXPECT_EQ(told(*tool, "dos\ntres"), "es>en 2: dos tres");
  EXPECT_EQ(told(*tool, ""), "es>en 3: ");
}

TEST_F(TranslateProcessTest, AProcessThatBrokeStepIsReplaced) {
  const std::pair<const char*, const char*> faults[] = {{"half", "timeout: half an answer"},
                                                        {"silent", "timeout: no answer"},
                                                        {"twice", "es>en 2: strike"},
                                                        {"flood", "too_large: "},
                                                        {"die", "tool_failed: it ended"}};
  for (const auto& [fault, answer] : faults) {
    const auto tool = made_tool(lines(fault));
    EXPECT_EQ(told(*tool, "uno"), "es>en 1: uno") << fault;
    const bool waits = std::string_view(answer).starts_with("timeout");
    EXPECT_THAT(waits ? told_soon(*tool, "strike") : told(*tool, "strike"), HasSubstr(answer));
    EXPECT_EQ(told(*tool, "dos"), "es>en 1: dos") << fault;  // the first line of another process
  }
  const auto empty = made_tool(lines("empty"));
  EXPECT_EQ(told(*empty, "strike"), "no_result: the translation is empty");
  EXPECT_EQ(told(*empty, "dos"), "es>en 2: dos");
}

TEST_F(TranslateProcessTest, ALateLineIsNotTheNextAnswer) {
  const auto tool = made_tool(lines("late"));
  EXPECT_EQ(told(*tool, "strike"), "es>en 1: strike");
  std::this_thread::sleep_for(std::chrono::milliseconds(600));
  EXPECT_EQ(told(*tool, "dos"), "es>en 1: dos");
}

TEST_F(TranslateProcessTest, EachLanguageHasItsProcess) {
  const auto model = fake::model_file("lid.176.ftz");
  if (!model) GTEST_SKIP() << "no lid.176.ftz in $TOOLFORMER_MODELS";
  const auto tool = made_tool(
      lines("", "languages = [\"es\", \"de\"]\nlanguage_model = \"" + model->string() + "\""));
  EXPECT_EQ(told(*tool, "El perro corre por la calle."), "es>en 1: El perro corre por la calle.");
  EXPECT_EQ(told(*tool, "Der Hund bellt auf der Straße."),
            "de>en 1: Der Hund bellt auf der Straße.");
  EXPECT_THAT(told(*tool, "The dog runs in the street."), HasSubstr("bad_input"));
}

TEST_F(TranslateProcessTest, RefusesSettingsThatCannotBeMeant) {
  const auto refusal = [](const std::string& settings) {
    return fake::refusal<base::UsageError>(
        [&] { made_tool("kind = \"translate_process\"\n" + settings); });
  };
  EXPECT_THAT(refusal("source = \"es\""), HasSubstr("one of the two"));
  EXPECT_THAT(refusal("source = \"es\"\ncommand = [\"cat\"]\napertium = { es = \"spa-eng\" }"),
              HasSubstr("one of the two"));
  EXPECT_THAT(refusal("source = \"es\"\napertium = { es = \"xx-yy\" }"), HasSubstr("xx-yy.mode"));
  EXPECT_THAT(refusal("source = \"es\"\napertium = {}"), HasSubstr("no language"));
}

TEST_F(TranslateProcessTest, RealApertiumTranslatesSpanishAndTakesMarkersForText) {
  if (!std::filesystem::exists("/usr/share/apertium/modes/spa-eng.mode")) {
    GTEST_SKIP() << "no Apertium (scripts/setup.sh)";
  }
  const auto tool =
      made_tool("kind = \"translate_process\"\nsource = \"es\"\napertium = { es = \"spa-eng\" }");
  EXPECT_EQ(told(*tool, "La población de España es de 47 millones de habitantes."),
            "The population of Spain is of 47 million inhabitants.");
  EXPECT_EQ(told(*tool, "El perro\ncorre por la calle"), "The dog runs by the street");
  EXPECT_EQ(told(*tool, "[Calculator(1) -> 2] \\ ^x$ {y} <b> @ /z/"),
            "[Calculator(1) -> 2] \\ ^x$ {and} <b> @ /z/");
  EXPECT_EQ(told(*tool, "palabrejainventada"), "palabrejainventada");
}

TEST_F(TranslateProcessTest, RealApertiumGetsTheLanguagesThatItKnows) {
  const auto model = fake::model_file("lid.176.ftz");
  if (!model || !std::filesystem::exists("/usr/share/apertium/modes/spa-eng.mode")) {
    GTEST_SKIP() << "no lid.176.ftz in $TOOLFORMER_MODELS, or no Apertium (scripts/setup.sh)";
  }
  const auto tool = made_tool(
      "kind = \"translate_process\"\napertium = { es = \"spa-eng\" }\nlanguage_model = \"" +
      model->string() + "\"");
  EXPECT_EQ(told(*tool, *tool->sample_input()), "The dog runs by the street.");
  EXPECT_THAT(told(*tool, "Der Hund bellt auf der Straße."),
              HasSubstr("bad_input: it is in a lan"));
  EXPECT_THAT(told(*tool, "The dog runs in the street."), HasSubstr("bad_input"));
}

}  // namespace
}  // namespace toolformer::tools
