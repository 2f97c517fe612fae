// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/translate/source_language.h"

#include <gmock/gmock.h>

#include "fake/test_files.h"
#include "toolformer/base/error.h"

namespace toolformer::tools {
namespace {

using testing::HasSubstr;

SourceLanguage make(const std::string& toml) {
  formats::TomlTable settings = formats::TomlTable::parse(toml, "test.toml");
  return {settings, ToolResources{}};
}

std::string told(const SourceLanguage& source, std::string_view input) {
  const Outcome outcome = source.identify(input);
  return outcome.ok() ? outcome.result : outcome.error_message;
}

TEST(SourceLanguage, MayBeFixed) {
  const SourceLanguage source = make("source = \"es\"\ntarget = \"fr\"");
  EXPECT_EQ(told(source, "whatever this is"), "es");
  EXPECT_EQ(source.target(), "fr");
  EXPECT_EQ(source.sources(), std::vector<std::string>{"es"});
  EXPECT_EQ(source.version(), "es>fr");
}

TEST(SourceLanguage, IsIdentifiedOrSaidToBeUnclear) {
  const auto model = fake::model_file("lid.176.ftz");
  if (!model) GTEST_SKIP() << "no lid.176.ftz in $TOOLFORMER_MODELS";
  const std::string path = "language_model = \"" + model->string() + "\"\n";
  const SourceLanguage any = make(path);
  EXPECT_EQ(told(any, "El perro corre por la calle."), "es");
  EXPECT_EQ(told(any,
                 "Der Hund l\xC3\xA4uft \xC3\xBC"
                 "ber die Stra\xC3\x9F"
                 "e."),
            "de");
  EXPECT_THAT(told(any, "The dog runs across the street."), HasSubstr("wanted language (en)"));
  EXPECT_THAT(told(any, "42"), HasSubstr("unclear"));
  EXPECT_THAT(told(any, ""), HasSubstr("unclear"));
  EXPECT_EQ(told(any, any.sample_input()), "es");
  const SourceLanguage few = make(path + "languages = [\"es\", \"fr\"]\nmin_confidence = 0.9");
  EXPECT_EQ(told(few, "la lengua"), "es");
  EXPECT_NE(few.version(), any.version());
  EXPECT_EQ(few.sources(), (std::vector<std::string>{"es", "fr"}));
  EXPECT_TRUE(any.sources().empty());
}

TEST(SourceLanguage, RefusesSettingsThatCannotBeMeant) {
  for (const std::string toml :
       {"language_model = \"/nonexistent/lid.ftz\"", "source = \"Spanish (Spain)\"",
        "target = \"\"", "source = \"es\"\nmin_confidence = 2"}) {
    EXPECT_THROW(make(toml), base::UsageError) << toml;
  }
}

}  // namespace
}  // namespace toolformer::tools
